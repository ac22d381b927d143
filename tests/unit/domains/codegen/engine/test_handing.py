"""A file of tests imports each name from where it belongs."""

from __future__ import annotations

import pytest

from domains.codegen.engine.fixtures import NONE, Fixtures
from domains.codegen.engine.handing import Desk
from domains.codegen.engine.inside.world import World
from domains.codegen.engine.rendering import Written
from domains.codegen.engine.types import Project


def imports(source: str, body: str, *own: str) -> list[str]:
    desk = Desk(Project({"shop.py": source.encode()}, "shop.py"), frozenset(own), World(), None)
    (text,) = desk.files([Written("test_f", f"def test_f():\n    {body}", ())], []).values()
    return [line for line in text.splitlines() if line.startswith(("import ", "from "))]


@pytest.mark.parametrize(
    ("source", "body", "expected"),
    [
        ("from pathlib import Path", "assert f(Path('a')) == 1", ["from pathlib import Path", "from shop import f"]),
        ("import json as js", "assert f(js.loads) == 1", ["import json as js", "from shop import f"]),
        ("import datetime", "assert f() == datetime.date(2024, 1, 1)", ["import datetime", "from shop import f"]),
        ("from .money import Euro", "assert f(Euro(1)) == 1", ["from shop import Euro, f"]),
        ("import numpy as np", "assert f(np.pi) == 1", ["from shop import f, np"]),
        ("from os.path import join", "assert f() == 1", ["from shop import f"]),
        ("import os.path", "assert f() == 1", ["from shop import f"]),
    ],
    ids=["a_name", "another_name", "a_module", "of_the_project", "of_a_package", "not_used", "dotted"],
)
def test_what_the_module_has_from_the_standard_library_is_taken_from_there(
    source: str, body: str, expected: list[str]
) -> None:
    own = ("f", "Path", "js", "datetime", "Euro", "np", "join")
    assert imports(source, body, *own) == expected


def test_a_module_that_only_an_exception_is_named_by_is_not_imported_from_the_one_under_test() -> None:
    body = "with pytest.raises(json.decoder.JSONDecodeError):\n        f()"
    assert imports("import json", body, "f", "json") == ["import json.decoder", "import pytest", "from shop import f"]


@pytest.mark.parametrize(
    ("given", "at_top"),
    [
        (NONE, False),
        (Fixtures("tests", ("tests/conftest.py",), ("cart",)), False),
        (Fixtures("", ("conftest.py",), ("cart",)), True),
        (Fixtures("", ("conftest.py",), ()), False),
    ],
)
def test_tests_lie_at_the_top_where_the_fixtures_they_may_take_do(given: Fixtures, at_top: bool) -> None:
    assert Desk(Project({"shop.py": b""}, "shop.py"), frozenset(), World(), None, given).at_top == at_top
