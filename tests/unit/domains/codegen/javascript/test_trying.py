"""Proposed scenarios are run twice in Node.js and judged by what they add: lines, and changes that survived."""

from __future__ import annotations

import threading

import pytest

from domains.codegen.engine.errors import Cancelled
from domains.codegen.engine.types import Project, Survivor
from domains.codegen.javascript.exploring import Scenario, Step
from domains.codegen.javascript.mutators import Mutant, mutants
from domains.codegen.javascript.parsing import parse
from domains.codegen.javascript.runner import find
from domains.codegen.javascript.trying import Tried, attempt, survived
from sandbox import Sandbox

SOURCE = """let count = Math.floor(Math.random() * 1e9);

exports.grade = function grade(points) {
  if (points > 89) {
    return "A";
  }
  return "B";
};

exports.ticket = function ticket() {
  return count++;
};

exports.forever = function forever() {
  for (;;) {}
};
"""
PROJECT = Project({"school.js": SOURCE.encode()}, "school.js")
ROOT = parse(SOURCE.encode(), "javascript").root_node


def call(name: str, *args: str) -> Scenario:
    return Scenario(symbol=name, steps=(Step(kind="call", callee=name, args=args),))


def tried(*scenarios: Scenario, surviving: tuple[Survivor, ...] = ()) -> list[Tried]:
    return attempt(
        Sandbox(), find(), PROJECT, ROOT, scenarios, surviving, seconds=5.0, cancelled=threading.Event()
    )  # fmt: skip


def test_each_says_what_it_gave_and_ran_and_whether_it_was_the_same_again() -> None:
    high, low, odd, endless, broken = tried(
        call("grade", "95"), call("grade", "89"), call("ticket"), call("forever"), call("grade", "nowhere")
    )
    assert (high.seen and high.seen.text, 5 in high.lines, 7 in high.lines, high.steady) == ('"A"', True, False, True)
    assert (low.seen and low.seen.text, 5 in low.lines, 7 in low.lines) == ('"B"', False, True)
    assert not odd.steady
    assert endless.seen is not None
    assert endless.seen.kind == "stalled"
    assert broken.seen is not None
    assert broken.seen.text == "ReferenceError"


def test_a_change_that_survived_is_noticed_by_the_input_on_its_edge() -> None:
    edge = next(one for one in mutants(SOURCE, ROOT) if one.line == 4 and one.text == ">=")
    surviving = (Survivor(99, "nothing like it"), Survivor(edge.line, edge.change))
    far, near = tried(call("grade", "95"), call("grade", "89"), surviving=surviving)
    assert (far.kills, near.kills) == ((), (1,))


def test_changes_that_read_alike_all_belong_to_their_survivors() -> None:
    listed = [Mutant(1, 0, 1, "a", "x -> y"), Mutant(1, 5, 6, "b", "x -> y"), Mutant(2, 9, 9, "", "x -> y")]
    found = list(survived(listed, [Survivor(2, "other"), Survivor(1, "x -> y")]))
    assert found == [(1, listed[0]), (1, listed[1])]


def test_a_report_that_the_code_disturbs_counts_for_nothing() -> None:
    wild = Project({"a.js": b"require('fs').writeSync(3, '[]'); exports.f = () => 1;"}, "a.js")
    root = parse(wild.source.encode(), "javascript").root_node
    assert attempt(Sandbox(), find(), wild, root, [call("f")], (), seconds=1.0, cancelled=threading.Event()) == []


def test_it_is_stopped_at_once() -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(Cancelled):
        attempt(Sandbox(), find(), PROJECT, ROOT, [call("forever")], (), seconds=30.0, cancelled=stop)
