"""Which expectations are contracts, which are only what was seen, and which are broken."""

from __future__ import annotations

import ast
from dataclasses import asdict
from typing import Any

import pytest

from domains.codegen.engine.contracts import read
from domains.codegen.engine.exploring import Explored
from domains.codegen.engine.inside.scenarios import Scenario, Seen, Step
from domains.codegen.engine.judging import Suspicion, judge, scenario_of
from domains.codegen.engine.rendering import Case


def row(seen: Seen, value: str = "2") -> dict[str, Any]:
    return {"scenario": asdict(Scenario("f", (Step("f", (("", value),)),))), "seen": [asdict(seen)], "kills": 1}


def judged(source: str, *rows: Seen, checks: dict[int, Seen] | None = None) -> tuple[list[Case], list[Suspicion]]:
    explored = Explored.model_validate(
        {
            "symbols": [{"symbol": "f", "callee": "f", "typed": True, "parameters": ["n"]}],
            "rows": [row(seen, str(n)) for n, seen in enumerate(rows)],
            "observed": [row(seen, str(n)) for n, seen in enumerate(rows)],
            "checks": [{"id": n, "seen": [asdict(seen)]} for n, seen in (checks or {}).items()],
        }
    )
    return judge(explored, read(ast.parse(source)))


EXAMPLE = 'def f(n: int) -> int:\n    """\n    >>> f(2)\n    4\n    """\n'


def test_an_example_that_holds_is_a_contract() -> None:
    cases, suspicions = judged(EXAMPLE, checks={0: Seen("value", "4", "int")})
    assert [case.label for case in cases] == ["contract"]
    assert suspicions == []


def test_an_example_that_does_not_hold_is_suspected() -> None:
    cases, (suspicion,) = judged(EXAMPLE, checks={0: Seen("value", "5", "int")})
    assert cases == []
    assert (suspicion.expected, suspicion.observed) == ("4", "5")
    assert suspicion.case.label == "suspected_bug"


def test_an_example_that_raises_instead_is_suspected() -> None:
    _, (suspicion,) = judged(EXAMPLE, checks={0: Seen("raises", "TypeError", message="bad")})
    assert suspicion.observed == "raises TypeError: bad"


@pytest.mark.parametrize("seen", [Seen("raises", "NameError"), Seen("stalled", "")])
def test_an_example_that_leans_on_something_else_is_passed_over(seen: Seen) -> None:
    assert judged(EXAMPLE, checks={0: seen}) == ([], [])


@pytest.mark.parametrize(
    ("source", "raised", "suspected"),
    [
        ("RAISES", "ZeroDivisionError", True),
        ("RAISES", "IndexError", True),
        ("RAISES", "TypeError", False),
        ("RAISES", "shop.errors.Negative", False),
        ("EXAMPLE_THAT_RAISES", "TypeError", True),
        ("EXAMPLE_THAT_RAISES", "ValueError", False),
    ],
)
def test_another_exception_than_the_documented_one_is_suspected(source: str, raised: str, suspected: bool) -> None:
    """Of a condition in prose only what nobody raises on purpose: the values that break it are our guess."""
    _, found = judged(globals()[source], checks={0: Seen("raises", raised, message="why")})
    assert [one.observed for one in found] == ([f"raises {raised}: why"] if suspected else [])
    assert all(one.expected == "raises ValueError" for one in found)


def test_a_coroutine_that_is_suspected_is_still_run() -> None:
    source = EXAMPLE.replace("def f", "async def f")
    _, (suspicion,) = judged(source, checks={0: Seen("value", "5", "int", awaited=True)})
    assert suspicion.case.seen[-1].awaited
    _, (typed,) = judged("async def f(n: int) -> int:\n    return n", Seen("value", "'a'", "str", awaited=True))
    assert typed.case.seen[-1] == Seen("typed", typed.case.seen[-1].text, "str", awaited=True)


EXAMPLE_THAT_RAISES = (
    'def f(n: int) -> int:\n    """\n    >>> f(2)\n'
    '    Traceback (most recent call last):\n    ValueError: no\n    """\n'
)
RAISES = 'def f(n: int) -> int:\n    """Do.\n\n    Raises:\n        ValueError: if n is negative\n    """\n'


def test_a_documented_exception_is_a_contract() -> None:
    cases, _ = judged(RAISES, Seen("raises", "ValueError"), checks={0: Seen("raises", "ValueError", message="no")})
    assert {case.label for case in cases} == {"contract"}


def test_a_documented_exception_that_does_not_come_is_suspected() -> None:
    _, (suspicion,) = judged(RAISES, checks={0: Seen("value", "7", "int")})
    assert (suspicion.expected, suspicion.observed) == ("raises ValueError", "7")


def test_an_exception_that_nobody_announced_is_what_was_seen() -> None:
    cases, suspicions = judged(RAISES, Seen("raises", "OverflowError"))
    assert ([case.label for case in cases], suspicions) == (["regression"], [])


def test_a_result_of_another_type_than_annotated_is_suspected() -> None:
    _, (suspicion,) = judged("def f(n: int) -> str:\n    return n", Seen("value", "3", "int"))
    assert suspicion.expected == "a value of type str"


@pytest.mark.parametrize(
    ("signature", "seen"),
    [
        ("def f(n: int) -> float:", Seen("value", "3", "int")),
        ("def f(n) -> str:", Seen("value", "3", "int")),
        ("def f(n: int):", Seen("value", "3", "int")),
        ("def f(n: int) -> str:", Seen("object", "Text", "Text")),
        ("def f(n: int) -> Thing:", Seen("value", "3", "int")),
    ],
)
def test_no_alarm_where_nothing_definite_is_said(signature: str, seen: Seen) -> None:
    assert judged(f"{signature}\n    return n", seen)[1] == []


def test_a_number_out_of_its_bounds_is_suspected_once() -> None:
    source = 'def f(n: int) -> int:\n    """Return a number between 0 and 9."""'
    cases, suspicions = judged(
        source, Seen("value", "10", "int"), Seen("value", "-1", "int"), Seen("value", "5", "int")
    )
    assert [suspicion.observed for suspicion in suspicions] == ["10"]
    assert len(cases) == 2


def test_an_unbound_local_is_never_meant() -> None:
    _, (suspicion,) = judged("def f(n: int) -> int:\n    return x", Seen("raises", "UnboundLocalError", message="x"))
    assert suspicion.contract == "UnboundLocalError is never meant"


@pytest.mark.parametrize("source", ["g(1)", "f(*a)", "f(**k)", "1 + 1"])
def test_only_plain_calls_become_scenarios(source: str) -> None:
    assert scenario_of(source, {"f"}) is None
    made = scenario_of("f(1, k=2)", {"f"})
    assert made is not None
    assert made.steps[0].arguments == (("", "1"), ("k", "2"))


ANNOUNCED = (
    'def f(n: int, m: int = 0) -> int:\n    """\n    >>> f(2, m=-1)\n    Traceback (most recent call last):\n'
    '    ValueError: no\n    """\n'
)


@pytest.mark.parametrize(
    ("arguments", "count"),
    [
        ((("", "2"), ("", "-1")), 1),
        ((("m", "-1"), ("n", "2")), 1),
        ((("", "(2)"), ("m", "- 1")), 1),
        ((("", "2"), ("", "-2")), 2),
    ],
    ids=["by position", "by name", "in another spelling", "another call"],
)
def test_a_call_that_is_documented_is_not_tested_again(arguments: Any, count: int) -> None:
    seen = Seen("raises", "ValueError", message="no")
    again = {"scenario": asdict(Scenario("f", (Step("f", arguments),))), "seen": [asdict(seen)], "kills": 1}
    explored = Explored.model_validate(
        {
            "symbols": [{"symbol": "f", "callee": "f", "typed": True, "parameters": ["n", "m"]}],
            "rows": [again], "observed": [again], "checks": [{"id": 0, "seen": [asdict(seen)]}],
        }
    )  # fmt: skip
    cases, suspicions = judge(explored, read(ast.parse(ANNOUNCED)))
    assert ([case.label for case in cases], suspicions) == (["contract"] * count, [])


def test_two_rows_of_one_call_are_one_test() -> None:
    seen = Seen("raises", "ValueError", message="no")
    rows = [
        {"scenario": asdict(Scenario("f", (Step("f", ((name, "1"),)),))), "seen": [asdict(seen)], "kills": 1}
        for name in ("", "n")
    ]
    explored = Explored.model_validate(
        {"symbols": [{"symbol": "f", "callee": "f", "typed": True, "parameters": ["n"]}], "rows": rows}
    )
    cases, _ = judge(explored, read(ast.parse("def f(n): ...")))
    assert len(cases) == 1
