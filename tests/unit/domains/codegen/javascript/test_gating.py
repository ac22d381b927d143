"""Test files are run by Jest itself, several times; what it says is read with suspicion."""

from __future__ import annotations

import threading
from collections.abc import Mapping

import pytest

from domains.codegen.engine.ended import Counted
from domains.codegen.engine.errors import Cancelled, SourceBroken
from domains.codegen.engine.types import Project
from domains.codegen.javascript.gating import Gated, formatted, gate, located
from domains.codegen.javascript.runner import Node, find
from sandbox import Sandbox

SIGN = b"""exports.sign = (n) => {
  if (n < 0) return -1;
  return n > 0 ? 1 : 0;
};
"""
PROJECT = Project({"sign.js": SIGN}, "sign.js")
HEAD = 'const { sign } = require("./sign");\n'


@pytest.fixture(scope="module")
def box() -> Sandbox:
    return Sandbox()


@pytest.fixture(scope="module")
def node() -> Node:
    return find()


def run(box: Sandbox, node: Node, tests: Mapping[str, str], runs: int = 2) -> Gated:
    files = {name: HEAD + text for name, text in tests.items()}
    return gate(box, node, PROJECT, files, threading.Event(), runs=runs)


def test_each_test_is_told_by_name_with_its_end_in_every_run(box: Sandbox, node: Node) -> None:
    told = run(
        box,
        node,
        {
            "sign.test.js": 'test("of two is one", () => { expect(sign(2)).toBe(1); });\n'
            'test("of zero is one", () => { expect(sign(0)).toBe(1); });\n'
        },
    )
    assert told.ended == {"of two is one": ["passed"] * 2, "of zero is one": ["failed"] * 2}
    assert (told.passed("of two is one"), told.failed("of two is one")) == (True, False)
    assert (told.passed("of zero is one"), told.failed("of zero is one")) == (False, True)
    assert "Expected: 1" in told.why["of zero is one"]


def test_coverage_is_that_of_the_target_alone(box: Sandbox, node: Node) -> None:
    part = run(box, node, {"sign.test.js": 'test("a", () => { expect(sign(-2)).toBe(-1); });\n'}, runs=1).covered()
    assert 0 < part.line < 1
    assert part.branch is not None
    assert 0 < part.branch < 1
    assert part.missing_lines == (3,)
    every = 'test("a", () => { expect([-2, 0, 2].map(sign)).toEqual([-1, 0, 1]); });\n'
    whole = run(box, node, {"sign.test.js": every}, runs=1).covered()
    assert (whole.line, whole.branch, whole.missing_lines) == (1.0, 1.0, ())


def test_a_test_that_depends_on_chance_neither_passes_nor_fails(box: Sandbox, node: Node) -> None:
    luck = 'let calls = 0;\ntest("sometimes", () => { expect(Math.random() < 0.5).toBe(true); });\n'
    ends = run(box, node, {"sign.test.js": luck}, runs=5).ended["sometimes"]
    assert len(ends) == 5
    assert set(ends) <= {"passed", "failed"}


def test_a_table_passes_when_all_of_its_rows_do() -> None:
    told = Gated(ended={"adds, row 1": ["passed"], "adds, row 2": ["failed"], "adder": ["passed"]})
    assert not told.passed("adds")
    assert not told.failed("adds")
    assert told.passed("adder")
    assert not told.passed("never heard of")
    assert not told.failed("never heard of")


def test_nothing_counted_is_nothing_covered_and_nothing_to_count_is_all() -> None:
    assert Gated(ended={}).covered().line == 0.0
    empty = Counted(statements=0, missing=0, branches=0, missing_branches=0, missing_lines=[])
    covered = Gated(ended={}, coverage=empty).covered()
    assert (covered.line, covered.branch) == (1.0, None)


def test_who_has_left_is_not_waited_for(box: Sandbox, node: Node) -> None:
    gone = threading.Event()
    gone.set()
    with pytest.raises(Cancelled):
        gate(box, node, PROJECT, {"sign.test.js": HEAD}, gone)


def test_files_are_formatted_and_what_cannot_be_read_comes_back_as_it_was(box: Sandbox, node: Node) -> None:
    texts = {"a.test.js": "test( 'x' ,()=>{ })", "b.test.js": "this is no JavaScript"}
    made = formatted(box, node, PROJECT, texts, threading.Event())
    assert made["a.test.js"] == 'test("x", () => {});\n'
    assert made["b.test.js"] == texts["b.test.js"]


STYLES = {
    "none": ({}, 'f(1, "a");\n'),
    "prettier": ({".prettierrc": b'{"singleQuote": true, "semi": false}'}, "f(1, 'a')\n"),
    "of a folder above": ({"src/.prettierrc.json": b'{"singleQuote": true}'}, "f(1, 'a');\n"),
    "of another folder": ({"lib/.prettierrc": b'{"singleQuote": true}'}, 'f(1, "a");\n'),
    "an override": (
        {".prettierrc.yaml": b'overrides:\n  - files: "*.test.js"\n    options: {semi: false}\n'},
        'f(1, "a")\n',
    ),
    "a plugin": ({".prettierrc": b'{"plugins": ["./evil.cjs"]}', "evil.cjs": b"throw 1"}, 'f(1, "a");\n'),
    "broken": ({".prettierrc": b"{"}, "f( 1,'a' )"),
}


@pytest.mark.parametrize("style", list(STYLES))
def test_the_projects_own_settings_are_followed(box: Sandbox, node: Node, style: str) -> None:
    files, wanted = STYLES[style]
    project = Project({**files, "src/a.js": b""}, "src/a.js")
    made = formatted(box, node, project, {"src/a.test.js": "f( 1,'a' )"}, threading.Event())
    assert made["src/a.test.js"] == wanted


def test_editorconfig_decides_the_indentation_and_what_is_no_javascript_stays_as_it_was(
    box: Sandbox, node: Node
) -> None:
    project = Project({".editorconfig": b"root = true\n[*]\nindent_style = tab\nmax_line_length = 40\n"}, "a.js")
    long = "check(1000000, 2000000, 3000000, 4000000);"
    texts = {"a.test.js": f"g(() => {{ {long} }});", "ATest.java": f"class ATest {{ void a() {{ {long} }} }}"}
    made = formatted(box, node, project, texts, threading.Event())
    assert made["a.test.js"].split("\n")[1] == "\tcheck("
    assert made["ATest.java"] == texts["ATest.java"]


def test_the_place_where_a_file_does_not_parse_is_told(box: Sandbox, node: Node) -> None:
    broken = Project({"a.js": b"const a = 1;\nfunction (\n"}, "a.js")
    otherwise = SourceBroken("somewhere", 9, 9)
    told = located(box, node, broken, otherwise)
    assert told is not otherwise
    assert told.line == 2
    assert located(box, node, PROJECT, otherwise) is otherwise


def test_tests_run_in_their_own_order_where_that_is_asked(box: Sandbox, node: Node) -> None:
    steps = "".join(f'test("{n}", () => {{ expect(next++).toBe({n}); }});\n' for n in range(8))
    files = {"sign.test.js": f"{HEAD}let next = 0;\n{steps}"}
    told = gate(box, node, PROJECT, files, threading.Event(), runs=3, ordered=True)
    assert {end for ends in told.ended.values() for end in ends} == {"passed"}
    mixed = gate(box, node, PROJECT, files, threading.Event(), runs=3)
    assert "failed" in {end for ends in mixed.ended.values() for end in ends}


def test_a_style_counts_where_the_project_has_no_settings(box: Sandbox, node: Node) -> None:
    texts, style = {"a.test.js": 'f(() => { g("a"); });'}, {"singleQuote": True, "semi": False, "tabWidth": 4}
    never = threading.Event()
    assert formatted(box, node, PROJECT, texts, never, style=style)["a.test.js"] == "f(() => {\n    g('a')\n})\n"
    settled = Project({".prettierrc": b'{"semi": true, "tabWidth": 2}'}, "sign.js")
    assert formatted(box, node, settled, texts, never, style=style)["a.test.js"] == "f(() => {\n  g('a');\n});\n"
