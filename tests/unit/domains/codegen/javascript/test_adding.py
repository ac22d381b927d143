"""Whether a Jest file bears new tests, told by running it with them."""

from __future__ import annotations

import threading

import pytest

from domains.codegen.engine.errors import SourceBroken
from domains.codegen.engine.types import Options, Project
from domains.codegen.engine.watching import Watching
from domains.codegen.javascript.adding import Adding, begin
from domains.codegen.javascript.parsing import parse
from domains.codegen.javascript.rendering import Written
from domains.codegen.javascript.runner import find
from domains.codegen.javascript.structure import read
from sandbox import Sandbox

COUNT = "let n = 0;\nfunction count() { return (n += 1); }\nmodule.exports = { count };\n"
PLAIN = """const { count } = require('./count')
describe('all', () => { test('first', () => { expect(count()).toBe(1) }) })
"""
LEANS = PLAIN + "test('second', () => { expect(count()).toBe(2) })\n"
NEW = Written("all again", "all", 'test("again", () => {\n  expect(typeof count()).toBe("number");\n});', ())


def begun(tests: str, **others: str) -> Adding | None:
    files = {"count.js": COUNT, "count.test.js": tests, **{f"{name}.test.js": text for name, text in others.items()}}
    project = Project({name: text.encode() for name, text in files.items()}, "count.js")
    structure = read(parse(COUNT.encode(), "javascript").root_node, "count")
    options = Options(budget_s=1.0, existing=("count.test.js",))
    return begin(Sandbox(), find(), project, structure, options, Watching(cancelled=threading.Event()))


def test_a_file_takes_tests_that_leave_the_others_as_they_were() -> None:
    adding = begun(PLAIN)
    assert adding is not None
    settled, (written,) = adding.settled([NEW])
    assert not settled.beside
    assert written.name == "all again"
    assert list(settled.files([written])) == ["count.test.js"]
    assert settled.files([]) == {}


def test_a_test_that_would_end_otherwise_sends_them_beside() -> None:
    adding = begun(LEANS, **{"count.more": "test('theirs', () => {})"})
    assert adding is not None
    settled, written = adding.settled([NEW])
    assert settled.beside
    assert written == [NEW]
    ((name, text),) = settled.files(written).items()
    assert name == "count2.more.test.js"
    assert "require('./count')" in text
    assert settled.measured({name: text}) == {"count.test.js": LEANS, name: text}


def test_failing_ones_get_a_file_whose_name_is_free() -> None:
    adding = begun("", **{"count.suspected": "x"})
    assert adding is not None
    assert list(adding.suspected([NEW], "Wrong.")) == ["count2.suspected.test.js"]
    assert adding.suspected([], "Wrong.") == {}


def test_an_empty_file_is_filled() -> None:
    adding = begun("// mine\n")
    assert adding is not None
    assert (adding.before.line, adding.reached.hit) == (0.0, ())
    settled, written = adding.settled([NEW])
    text = settled.files(written)["count.test.js"]
    assert text.startswith('// mine\n\nconst { count } = require("./count");\n')
    assert 'describe("all", () => {' in text


def test_a_file_that_cannot_be_run_is_no_place_for_tests() -> None:
    with pytest.raises(SourceBroken, match=r"count\.test\.js cannot be run"):
        begun("test('a', () => {})\nthrow new Error('no')\n")
