"""Proposed scenarios are run twice and judged by what they add: lines, and mutants that survived."""

from __future__ import annotations

import threading

import pytest

from domains.codegen.engine.errors import Cancelled
from domains.codegen.engine.inside.scenarios import Scenario, Step
from domains.codegen.engine.trying import attempt
from domains.codegen.engine.types import Project, Survivor
from sandbox import Sandbox

SOURCE = b"""import itertools

count = itertools.count()


def grade(points):
    if points > 89:
        return "A"
    return "B"


def ticket():
    return next(count)


def forever():
    while True:
        pass
"""
PROJECT = Project({"school.py": SOURCE}, "school.py")


def call(callee: str, *values: str) -> Scenario:
    return Scenario(callee, (Step(callee, tuple(("", value) for value in values)),))


def test_each_says_what_it_gave_reached_and_noticed() -> None:
    surviving = [Survivor(7, "> becomes >="), Survivor(99, "nothing like it")]
    high, edge, low, odd, endless = attempt(
        Sandbox(), PROJECT,
        [call("grade", "95"), call("grade", "89"), call("grade", "'x'"), call("ticket"), call("forever")],
        [8, 9], surviving, seconds=3.0, cancelled=threading.Event(),
    )  # fmt: skip
    assert (high.seen[0].text, high.lines, high.usable) == ("'A'", (8,), True)
    assert (edge.seen[0].text, edge.lines) == ("'B'", (9,))
    assert (low.seen[0].kind, low.lines) == ("raises", ())
    assert not endless.usable
    assert odd.steady  # the second run begins with the module anew
    noticed = [one.kills for one in (high, edge, low)]
    assert noticed in ([(), (0,), ()], [(), (), ()])


def test_a_mutant_that_survived_is_noticed_by_the_input_on_its_edge() -> None:
    import ast

    from domains.codegen.engine.inside.mutators import mutants

    changes = [Survivor(m.line, m.change) for m in mutants(ast.parse(SOURCE)) if m.line == 7]
    (edge,) = attempt(Sandbox(), PROJECT, [call("grade", "89")], [], changes, seconds=3.0, cancelled=threading.Event())
    assert 0 < len(edge.kills) <= len(changes)


def test_a_module_that_cannot_be_loaded_gives_nothing() -> None:
    broken = Project({"school.py": b"import nowhere_at_all\n"}, "school.py")
    assert attempt(Sandbox(), broken, [call("f")], [], [], seconds=1.0, cancelled=threading.Event()) == []


def test_stopping_it_is_heard() -> None:
    stopped = threading.Event()
    stopped.set()
    with pytest.raises(Cancelled):
        attempt(Sandbox(), PROJECT, [call("grade", "1")], [], [], seconds=1.0, cancelled=stopped)
