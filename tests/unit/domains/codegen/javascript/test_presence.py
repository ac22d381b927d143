"""What the Jest tests that are there reach and notice, told by running them."""

from __future__ import annotations

import threading

import pytest

from domains.codegen.engine.errors import Cancelled, SourceBroken
from domains.codegen.engine.types import Options, Project
from domains.codegen.javascript.exploring import tried
from domains.codegen.javascript.parsing import parse
from domains.codegen.javascript.presence import Reached, ran, reached
from domains.codegen.javascript.runner import find
from domains.codegen.javascript.structure import Structure, read
from sandbox import Sandbox

SUM = """function sum(count) {
  let found = 0;
  for (let n = 0; n < count; n++) {
    found += n;
  }
  return found;
}

function never(a) {
  return a + 1;
}
module.exports = { sum, never };
"""
TESTS = """const { sum } = require('./sum')
let calls = 0
test('three', () => { calls++; expect(sum(3)).toBe(3) })
test('in order', () => { expect(calls).toBe(1) })
test('wrong', () => { expect(sum(2)).toBe(7) })
"""


def project(tests: str) -> Project:
    return Project({"sum.js": SUM.encode(), "sum.test.js": tests.encode()}, "sum.js")


def structure() -> Structure:
    return read(parse(SUM.encode(), "javascript").root_node, "sum")


def told(tests: str, *, budget: float, cancelled: threading.Event | None = None) -> Reached:
    cancelled = cancelled or threading.Event()
    box, node, files = Sandbox(), find(), project(tests)
    before = ran(box, node, files, {"sum.test.js": tests}, "sum.test.js", cancelled)
    options = Options(budget_s=budget)
    return reached(box, node, files, "sum.test.js", structure(), options, before.covered(), cancelled)


def test_mutants_that_a_passing_test_notices_are_told_even_those_that_never_end() -> None:
    found = told(TESTS, budget=40.0)
    mutants = tried(project(TESTS), structure(), Options())
    killed = {mutants[n].change for n in found.killed}
    assert {"++ -> --", "+= -> -="} <= killed
    assert not any(mutants[n].line >= 9 for n in found.killed), "no test runs that function"
    assert any(way.startswith("s4:") for way in found.hit)
    assert not any(way.startswith("s10:") for way in found.hit)


def test_they_are_run_once_in_their_own_order() -> None:
    gated = ran(Sandbox(), find(), project(TESTS), {"sum.test.js": TESTS}, "sum.test.js", threading.Event())
    assert gated.ended == {"three": ["passed"], "in order": ["passed"], "wrong": ["failed"]}
    assert gated.covered().missing_lines == (10,)


def test_tests_that_all_fail_say_nothing() -> None:
    found = told("const { sum } = require('./sum')\ntest('a', () => { expect(sum(2)).toBe(7) })\n", budget=2.0)
    assert found == Reached()


def test_what_cannot_be_run_is_said_by_name() -> None:
    broken = "require('./gone')\ntest('a', () => {})\n"
    with pytest.raises(SourceBroken, match=r"^sum\.test\.js cannot be run: .*gone"):
        ran(Sandbox(), find(), project(broken), {"sum.test.js": broken}, "sum.test.js", threading.Event())


def test_a_caller_who_left_ends_it() -> None:
    cancelled = threading.Event()
    cancelled.set()
    with pytest.raises(Cancelled):
        ran(Sandbox(), find(), project(TESTS), {"sum.test.js": TESTS}, "sum.test.js", cancelled)
