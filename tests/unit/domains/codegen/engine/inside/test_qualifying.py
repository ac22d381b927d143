"""Where a module imports `datetime` the class, expressions still mean the library's module by that name."""

from __future__ import annotations

import ast
import datetime as dt
import types

import pytest

from domains.codegen.engine.generate import generate
from domains.codegen.engine.inside.harvest import harvest
from domains.codegen.engine.inside.qualifying import imported_classes, own, qualified
from domains.codegen.engine.inside.running import Runner, Subject
from domains.codegen.engine.inside.scenarios import Scenario, Step
from domains.codegen.engine.inside.targets import targets
from domains.codegen.engine.types import Generated, Options, Project
from sandbox import Sandbox
from tests.unit.domains.codegen.engine.inside.conftest import Load

SOURCE = '''
from __future__ import annotations

from datetime import date, datetime, timedelta


def next_day(when: datetime) -> datetime:
    """Return the same time a day later.

    >>> next_day(datetime(2024, 2, 28)) == datetime(2024, 2, 29)
    True
    """
    return when + timedelta(days=1)


def age(born: date) -> int:
    today = date.today()
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def waited(since: datetime) -> bool:
    return datetime.now() - since > timedelta(minutes=30)
'''


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("from datetime import datetime", {"datetime"}),
        ("from datetime import date, datetime as datetime", {"datetime"}),
        ("from datetime import datetime as dt", set()),
        ("import datetime", set()),
        ("from .datetime import datetime", set()),
        ("from collections import Counter\nfrom decimal import Decimal", set()),
        ("def f():\n    from datetime import datetime\n", {"datetime"}),
    ],
)
def test_classes_that_bear_their_modules_name(source: str, names: set[str]) -> None:
    assert imported_classes(ast.parse(source)) == names


@pytest.mark.parametrize(
    ("expression", "full"),
    [
        ("f(datetime(2024, 1, 1))", "f(datetime.datetime(2024, 1, 1))"),
        ("datetime.now()", "datetime.datetime.now()"),
        ("datetime.datetime.max - datetime.timedelta(1)", "datetime.datetime.max - datetime.timedelta(1)"),
        ("datetime.fromisoformat('2024-01-01').year", "datetime.datetime.fromisoformat('2024-01-01').year"),
        ("other(date(2024, 1, 1))", "other(date(2024, 1, 1))"),
    ],
)  # fmt: skip
def test_what_the_documentation_says_is_written_in_full(expression: str, full: str) -> None:
    tree = ast.parse(expression, mode="eval")
    assert ast.unparse(qualified(tree, frozenset({"datetime"}))) == full
    assert ast.unparse(qualified(ast.parse(expression, mode="eval"), frozenset())) == expression


def test_a_modules_own_names_are_without_the_class_and_with_what_it_defines_itself() -> None:
    module = types.ModuleType("shop")
    vars(module).update({"datetime": dt.datetime, "date": dt.date, "math": 3, "types": ["a"], "price": abs})
    assert own(module) == {"date": dt.date, "math": 3, "types": ["a"], "price": abs}
    fake = type("FixedDatetime", (dt.datetime,), {})
    vars(module).update({"datetime": fake})
    assert "datetime" not in own(module)
    vars(module).update({"datetime": dt})
    assert own(module)["datetime"] is dt


def test_expressions_mean_the_librarys_module_and_annotations_the_modules_class(load: Load) -> None:
    subject = load(SOURCE)
    names = Subject.names(subject.module)
    runner = Runner(subject, names)
    step = Step("next_day", (("", "datetime.datetime(2024, 2, 28)"),))
    assert runner.run(Scenario("next_day", (step,)))[-1].text == "datetime.datetime(2024, 2, 29, 0, 0)"
    hints = {target.symbol: target.parameters[0].hint for target in targets(subject.module, names, frozenset())}
    assert hints == {"next_day": dt.datetime, "age": dt.date, "waited": dt.datetime}


def test_documented_calls_are_harvested_in_full(load: Load) -> None:
    import random

    found = harvest(ast.parse(SOURCE), random.Random(1))
    assert found.calls == ["next_day(datetime.datetime(2024, 2, 28)) == datetime.datetime(2024, 2, 29)"]


@pytest.fixture(scope="module")
def made() -> Generated:
    return generate(Sandbox(), Project({"days.py": SOURCE.encode()}, "days.py"), Options(budget_s=3.0))


def test_every_function_on_dates_is_tested(made: Generated) -> None:
    text = made.files["test_days.py"]
    assert made.coverage.line == 1.0
    assert {test.symbol for test in made.tests} == {"next_day", "age", "waited"}
    assert "import datetime\n" in text
    assert "from datetime import" not in text
