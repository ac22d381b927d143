"""A failing test comes in: the code or the test is said to be wrong, and only what ran is shown as a fix."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from domains.codegen.coding.coder import Event, Stage
from domains.codegen.coding.fixing import fix
from domains.codegen.coding.work import Wish, Worked
from domains.codegen.engine.errors import NothingToTest
from inference.client.scripted import ScriptedModel
from inference.client.types import ChatRequest
from sandbox import Sandbox

SHOP = '''"""Prices."""


def discount(price: float, percent: float) -> float:
    """Return the price after a discount.

    >>> discount(100.0, 10.0)
    90.0
    """
    return price - price * percent / 10


def ship(weight: float) -> float:
    return 5.0 if weight < 2 else 9.0
'''
RIGHT = SHOP.replace("percent / 10\n", "percent / 100\n")
TESTS = """import pytest

from shop import discount, ship


@pytest.fixture
def basket():
    return {"weight": 1}


def test_discount_of_half():
    assert discount(80.0, 50.0) == 40.0


def test_shipping(basket):
    assert ship(basket["weight"]) == 5.0
"""


def wish(code: str = SHOP, tests: str = TESTS, **change: str) -> Wish:
    made = Wish("fix", {"shop.py": code, "tests/test_shop.py": tests}, "shop.py", test_file="tests/test_shop.py")
    return replace(made, **change)


def fenced(code: str) -> str:
    return f"Here it is:\n```python\n{code}\n```"


def function(source: str, name: str) -> str:
    begin = source.index(f"def {name}(")
    return source[begin:].split("\n\n\n", maxsplit=1)[0]


async def done(asked: Wish, script: Callable[[ChatRequest], str]) -> tuple[Worked, list[Event], ScriptedModel]:
    model = ScriptedModel(script)
    events = [event async for event in fix(asked, model, Sandbox())]
    last = events[-1]
    assert isinstance(last, Worked)
    return last, events, model


async def test_code_that_breaks_its_documentation_is_mended_and_run() -> None:
    worked, events, _ = await done(wish(), lambda _: fenced(function(RIGHT, "discount")))
    assert worked.verdict is not None
    assert (worked.verdict.wrong, worked.verdict.by) == ("code", "evidence")
    assert "discount(100.0, 10.0) -> 90.0" in worked.verdict.why
    assert worked.change is not None
    assert (worked.change.path, worked.change.text) == ("shop.py", RIGHT)
    assert "-    return price - price * percent / 10\n+    return price - price * percent / 100" in worked.change.diff
    assert (worked.executed, worked.passed) == (True, (5, 5))
    assert next(event.name for event in events if isinstance(event, Stage)) == "running"


async def test_a_fix_that_does_not_pass_is_never_shown_as_one() -> None:
    worked, _, model = await done(wish(), lambda _: fenced("def discount(price, percent):\n    return 41.0"))
    assert (worked.change, worked.text, worked.passed) == (None, "", (0, 5))
    assert worked.verdict is not None
    assert worked.verdict.wrong == "code"
    assert len(model.requests) > 1


async def test_a_fix_that_breaks_another_test_or_the_documentation_is_none() -> None:
    only_this = "def discount(price, percent):\n    return 40.0"
    worked, _, _ = await done(wish(), lambda _: fenced(only_this))
    assert worked.change is None


async def test_a_test_against_the_documentation_is_mended_and_not_the_code() -> None:
    wrong = TESTS.replace("discount(80.0, 50.0) == 40.0", "discount(100.0, 10.0) == 10.0")
    good = "def test_discount_of_half():\n    assert discount(100.0, 10.0) == 90.0"
    worked, _, model = await done(wish(RIGHT, wrong, language="zh"), lambda _: fenced(good))
    assert worked.verdict is not None
    assert (worked.verdict.wrong, worked.verdict.by) == ("test", "evidence")
    assert "测试与文档矛盾" in worked.verdict.why
    assert worked.change is not None
    assert worked.change.path == "tests/test_shop.py"
    assert "== 90.0" in worked.change.text
    assert "basket" in worked.change.text
    assert all("Correct this test" in request.messages[-1].content for request in model.requests)


@pytest.mark.parametrize(
    "bent",
    [
        "def test_discount_of_half():\n    discount(100.0, 10.0)",
        "def test_discount_of_half():\n    assert True",
        "@pytest.mark.skip\ndef test_discount_of_half():\n    assert discount(100.0, 10.0) == 10.0",
        "def test_discount_of_half():\n    with pytest.raises(Exception):\n        discount(1)\n    assert 1",
        "def test_discount_of_half(:\n",
        "I would rather not.",
    ],
)
async def test_a_test_is_not_bent_until_it_passes(bent: str) -> None:
    wrong = TESTS.replace("discount(80.0, 50.0) == 40.0", "discount(100.0, 10.0) == 10.0")
    worked, _, _ = await done(wish(RIGHT, wrong), lambda _: fenced(bent))
    assert worked.change is None


async def test_a_fixture_that_fails_is_found_and_mended() -> None:
    broken = TESTS.replace('return {"weight": 1}', 'return {"weight": int("one")}')
    good = '@pytest.fixture\ndef basket():\n    return {"weight": 1}'
    worked, _, _ = await done(wish(RIGHT, broken), lambda _: fenced(good))
    assert worked.verdict is not None
    assert (worked.verdict.wrong, worked.verdict.why) == (
        "fixture",
        "the fixture “basket” fails before the test begins",
    )
    assert worked.change is not None
    assert worked.change.text == TESTS
    assert worked.passed == (5, 5)


async def test_where_the_documentation_is_silent_the_models_opinion_is_said_to_be_one() -> None:
    tests = TESTS.replace('ship(basket["weight"]) == 5.0', "ship(3) == 7.0")

    def script(request: ChatRequest) -> str:
        if request.schema is not None:
            return json.dumps({"wrong": "test", "why": "Three kilos cost 9."})
        return fenced("def test_shipping(basket):\n    assert ship(3) == 9.0")

    worked, _, _ = await done(wish(RIGHT, tests, test="test_shipping"), script)
    assert worked.verdict is not None
    assert (worked.verdict.wrong, worked.verdict.by, worked.verdict.why) == ("test", "model", "Three kilos cost 9.")
    assert worked.change is not None


async def test_a_test_that_passes_here_needs_nothing() -> None:
    worked, _, model = await done(wish(RIGHT), lambda _: "")
    assert worked.verdict is not None
    assert (worked.verdict.wrong, worked.passed, model.requests) == ("nothing", (5, 5), [])


async def test_a_test_that_is_not_there_is_said() -> None:
    with pytest.raises(NothingToTest, match="test_nowhere"):
        await done(wish(test="test_nowhere"), lambda _: "")


async def test_a_test_file_that_cannot_be_loaded_is_the_tests_fault_and_nothing_is_made_up() -> None:
    tests = TESTS.replace("import discount, ship", "import discount, ship, tax")
    worked, _, model = await done(wish(RIGHT, tests), lambda _: "")
    assert worked.verdict is not None
    assert worked.verdict.wrong == "test"
    assert "tax" in worked.verdict.why
    assert (worked.change, model.requests) == (None, [])
