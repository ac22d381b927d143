"""A module goes in, tests that ran come out: the developer's journey, without HTTP."""

from __future__ import annotations

import ast
import re
import threading
import time

import pytest

from domains.codegen.engine.errors import Cancelled, NothingToTest, SourceBroken
from domains.codegen.engine.generate import generate, parsed
from domains.codegen.engine.types import Generated, Options, Project, WrittenTest
from domains.codegen.engine.watching import Watching
from domains.codegen.wire import to_fields
from sandbox import Sandbox

SHOP = '''"""Prices."""

import re


def discount(price: float, percent: float) -> float:
    """Return the price after a discount, never negative.

    Raises:
        ValueError: if price is negative.

    >>> discount(100.0, 10.0)
    90.0
    """
    if percent < 0 or percent > 100:
        raise ValueError("percent must be between 0 and 100")
    return round(price * (1 - percent / 100), 2)


def sku(text: str) -> tuple[str, int]:
    """Split."""
    match = re.fullmatch(r"([A-Z]{3})-([0-9]{2,4})", text)
    if match is None:
        raise LookupError(f"bad sku {text}")
    return match[1], int(match[2])


class Cart:
    """Things."""

    def __init__(self, limit: int = 2) -> None:
        self.limit = limit
        self.items: list[int] = []

    def add(self, item: int) -> int:
        """Add."""
        if len(self.items) >= self.limit:
            raise OverflowError("full")
        self.items.append(item)
        return len(self.items)
'''


def made(
    source: str, *, budget: float = 1.5, watching: Watching | None = None, symbols: tuple[str, ...] = ()
) -> Generated:
    project = Project({"shop.py": source.encode()}, "shop.py")
    return generate(Sandbox(), project, Options(symbols, budget), watching)


@pytest.fixture(scope="module")
def shop() -> tuple[Generated, list[WrittenTest], set[str]]:
    told: list[WrittenTest] = []
    stages: set[str] = set()
    watching = Watching(lambda stage, _done, _of: stages.add(stage), told.append)
    return made(SHOP, budget=4.0, watching=watching), told, stages


Shop = tuple[Generated, list[WrittenTest], set[str]]


def test_everything_is_covered_and_most_mutants_are_noticed(shop: Shop) -> None:
    result, _, _ = shop
    assert result.coverage.line == 1.0
    assert result.coverage.branch == 1.0
    assert result.mutation_score is not None
    assert result.mutation_score >= 0.7


def test_a_function_that_gives_enormous_numbers_is_tested_with_smaller_ones() -> None:
    loop = "for i in range(1, n + 1):\n        found *= i**i"
    source = f"def product(n: int) -> int:\n    found = 1\n    {loop}\n    return found\n"
    result = made(source, budget=3.0)
    assert result.tests
    assert {test.status for test in result.tests} == {"passed"}


def test_the_documented_example_is_a_contract(shop: Shop) -> None:
    labels = {test.label for test in shop[0].tests if "discount(100.0, 10.0) -> 90.0" in test.scenario}
    assert labels == {"contract"}


def test_the_broken_promise_is_a_suspected_bug_with_its_counter_example(shop: Shop) -> None:
    bugs = [bug for bug in shop[0].suspected_bugs if bug.expected == "raises ValueError"]
    assert [bug.symbol for bug in bugs] == ["discount"]
    assert "-1" in bugs[0].counter_example
    shown = [test for test in shop[0].tests if test.name == bugs[0].test]
    assert [(test.label, test.status) for test in shown] == [("suspected_bug", "failed")]


def test_suspected_bugs_lie_in_a_file_of_their_own(shop: Shop) -> None:
    assert set(shop[0].files) == {"test_shop.py", "test_shop_suspected.py"}


def test_every_test_asserts_something_and_is_named_after_its_scenario(shop: Shop) -> None:
    for test in shop[0].tests:
        tree = ast.parse(test.code)
        asserts = [n for n in ast.walk(tree) if isinstance(n, ast.Assert)]
        assert asserts or "pytest.raises" in test.code or "Cart(" in test.code
        assert not test.name.startswith("test_0")
        assert test.name.startswith("test_")


def test_progress_and_accepted_tests_are_heard(shop: Shop) -> None:
    result, told, stages = shop
    assert tuple(told) == result.tests
    assert {"search", "mutants", "gate"} <= stages


def test_the_public_keys_are_those_of_the_interface(shop: Shop) -> None:
    fields = to_fields(shop[0])
    assert {
        "files",
        "tests",
        "line_coverage",
        "branch_coverage",
        "mutation_score",
        "surviving",
        "suspected_bugs",
        "seconds",
    } <= set(fields)
    assert {"name", "label", "status", "scenario"} <= set(fields["tests"][0])
    assert fields["executed"] is True
    assert all(0 <= fields[key] <= 1 for key in ("line_coverage", "branch_coverage", "mutation_score"))


def test_one_symbol_can_be_asked_for() -> None:
    result = made(SHOP, symbols=("sku",))
    assert {test.symbol for test in result.tests} == {"sku"}


def test_a_syntax_error_says_its_place() -> None:
    with pytest.raises(SourceBroken) as error:
        made("x = 1\ndef f(:\n    pass\n")
    assert (error.value.line, error.value.column) == (2, 7)


@pytest.mark.parametrize("source", [b"\xff\xfe", b"x = '\0'"])
def test_bytes_that_are_no_source_are_said(source: bytes) -> None:
    with pytest.raises(SourceBroken):
        parsed(Project({"m.py": source}, "m.py"))


@pytest.mark.parametrize("source", ["import no_such_package", "raise SystemExit(3)", "1 / 0"])
def test_a_module_that_cannot_be_imported_is_said(source: str) -> None:
    with pytest.raises(SourceBroken, match="cannot be imported"):
        made(source)


@pytest.mark.parametrize("source", ["", "x = 1", "def _hidden(): pass"])
def test_nothing_to_test_is_said(source: str) -> None:
    with pytest.raises(NothingToTest):
        made(source)


def test_a_symbol_that_is_not_there_is_said() -> None:
    with pytest.raises(NothingToTest):
        made(SHOP, symbols=("absent",))


def test_cancelling_stops_the_work_at_once() -> None:
    watching = Watching()
    threading.Timer(0.8, watching.cancelled.set).start()
    began = time.monotonic()
    with pytest.raises(Cancelled):
        made(SHOP, budget=30.0, watching=watching)
    assert time.monotonic() - began < 2.5


def test_what_changes_from_run_to_run_is_not_handed_out() -> None:
    result = made(
        "import time\ndef new() -> int:\n    return time.process_time_ns()\ndef two() -> int:\n    return 2\n"
    )
    assert {test.symbol for test in result.tests} == {"two"}


def test_a_module_that_never_returns_still_gives_an_answer() -> None:
    result = made("def f(n: int) -> int:\n    while n != 3:\n        pass\n    return n\n")
    assert all(test.status == "passed" for test in result.tests)


def test_a_module_of_a_package_is_tested_by_its_dotted_name() -> None:
    files = {
        "shop/__init__.py": b"",
        "shop/errors.py": b"class Refused(Exception):\n    pass\n",
        "shop/price.py": b"""
from .errors import *
from . import errors
def pay(n: int) -> int:
    if n < 0:
        raise errors.Refused('no')
    return n + 1
""",
    }
    result = generate(Sandbox(), Project(files, "shop/price.py"), Options(budget_s=1.5))
    assert result.coverage.line == 1.0
    assert "from shop.price import" in result.files["test_price.py"]


UNSTEADY = """
import asyncio
import os
import uuid


def ident() -> str:
    return str(uuid.uuid4())


def worker() -> int:
    return os.getpid() % 7


async def slow_add(a: int, b: int) -> int:
    \"\"\"
    >>> slow_add(1, 2)
    4
    \"\"\"
    await asyncio.sleep(3600)
    if a > 100:
        raise OverflowError("too big")
    return a + b
"""


def test_coroutines_and_names_of_processes_are_tested_with_what_stands_in_for_them() -> None:
    result = made(UNSTEADY, budget=2.0)
    assert {"ident", "worker", "slow_add"} <= {test.symbol for test in result.tests}
    assert result.flaky == ()
    text = result.files["test_shop.py"]
    assert "asyncio.run(slow_add(" in text
    assert 'monkeypatch.setattr("asyncio.sleep", no_waiting)' in text
    assert [bug.observed for bug in result.suspected_bugs] == ["3"]
    order = [test.symbol for test in result.tests if test.status == "passed"]
    assert order == sorted(order, key=["ident", "worker", "slow_add"].index)


RESTLESS = """
import random
import time
from datetime import datetime


def dice(sides):
    return random.randint(1, sides)


def stamp(name):
    time.sleep(1)
    return f"{name} {datetime.now():%Y-%m-%d}"


def first_line(path):
    with open(path) as file:
        return file.readline().strip()
"""


def test_chance_time_and_files_are_faked_alike_in_the_search_and_in_the_tests() -> None:
    result = made(RESTLESS, budget=2.0)
    (text,) = result.files.values()
    assert not any("dice" in name or "stamp" in name for name in result.flaky)
    assert result.coverage.line == 1.0
    assert "2024-02-29" in text
    assert "first line" in text
    assert "autouse=True" in text
    assert {"dice", "stamp", "first_line"} <= {test.symbol for test in result.tests}


LATER = '''"""Functions that give functions, and items."""


def remember(func):
    known = {}

    def wrapper(*args):
        if args in known:
            return known[args]
        value = func(*args)
        if value is None:
            raise ValueError("nothing to remember")
        known[args] = value
        return value

    return wrapper


def retry(tries, errors=Exception):
    if tries < 1:
        raise ValueError("at least one try")

    def decorator(func):
        def wrapper(value):
            for left in range(tries - 1, -1, -1):
                try:
                    return func(value)
                except errors:
                    if not left:
                        raise
        return wrapper

    return decorator


def running(func, seq):
    total = None
    for item in seq:
        total = item if total is None else func(total, item)
        yield total
'''


def test_what_lies_behind_the_functions_that_a_function_gives_is_tested() -> None:
    made = generate(Sandbox(), Project({"later.py": LATER.encode()}, "later.py"), Options(budget_s=12.0))
    assert made.flaky == ()
    assert made.coverage.line > 0.85
    assert (made.mutation_score or 0.0) > 0.6
    text = made.files["test_later.py"]
    assert "made_by_remember = remember(" in text
    assert re.search(r"made_by_retry = retry\(\w+\)\(.+\)\n", text)
    assert {test.symbol for test in made.tests} == {"remember", "retry", "running"}
