"""What a file of JavaScript imports and declares, and whether an import is the module under test."""

from __future__ import annotations

import pytest

from domains.codegen.javascript.bindings import at_top, bindings, declared, of_module, path_to
from domains.codegen.javascript.parsing import parse


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("import a from './m'", [("./m", "default", "a")]),
        ("import * as a from './m'", [("./m", "*", "a")]),
        ("import a, { b, c as d } from './m'", [("./m", "default", "a"), ("./m", "b", "b"), ("./m", "c", "d")]),
        ("import './m'", [("./m", "", "")]),
        ("import {} from './m'", [("./m", "", "")]),
        ("const a = require('./m')", [("./m", "*", "a")]),
        ("var { a, b: c } = require(`./m`)", [("./m", "a", "a"), ("./m", "b", "c")]),
        ("const a = require('./m').b, c = 1", [("./m", "b", "a")]),
        ("const a = load('./m')", []),
        ("const [a] = require('./m')", []),
        ("function f() { const a = require('./m') }", []),
    ],
)
def test_imports_bind_names(line: str, found: list[tuple[str, str, str]]) -> None:
    root = parse(line.encode(), "javascript").root_node
    assert [(one.module, one.name, one.local) for one in bindings(root)] == found


def test_types_are_no_values() -> None:
    root = parse(b"import type { A } from './m'\n", "typescript").root_node
    assert [(one.module, one.local) for one in bindings(root)] == [("./m", "")]


def test_names_of_any_depth_are_declared() -> None:
    text = """
    import a, { b as c } from 'm'
    const { d, e: [f] } = x, g = (h, { i }) => j
    function k(l = 1, ...m) { class N {} }
    """
    names = declared(parse(text.encode(), "javascript").root_node)
    assert set("acdfghiklm") | {"N"} <= names
    assert not set("bj") & names


def test_names_at_the_top_are_told_from_those_within() -> None:
    text = "import a from 'm'\nconst { b, c: [d] } = x, e = 1\nfunction f(g) { const h = 1 }\nclass I { j() {} }\n"
    assert at_top(parse(text.encode(), "javascript").root_node) == set("bdefI")


@pytest.mark.parametrize(
    ("module", "test", "target", "same"),
    [
        ("./m", "m.test.js", "m.js", True),
        ("./m.js", "m.test.js", "m.js", True),
        ("../src/m", "tests/m.test.ts", "src/m.ts", True),
        ("../../src/./m", "tests/deep/m.test.ts", "src/m.ts", True),
        ("..", "lib/tests/m.test.js", "lib/index.js", True),
        ("./other", "m.test.js", "m.js", False),
        ("m", "m.test.js", "m.js", False),
        ("../m", "m.test.js", "m.js", False),
    ],
)
def test_an_import_is_the_module_by_its_path(module: str, test: str, target: str, same: bool) -> None:
    assert of_module(module, test, target) is same


@pytest.mark.parametrize(
    ("target", "folder", "written"),
    [
        ("m.js", ".", "./m"), ("src/m.ts", "tests", "../src/m"), ("src/m.mjs", "src", "./m.mjs"),
        ("src/a/m.tsx", "src", "./a/m"), ("m.cjs", "", "./m.cjs"),
    ],
)  # fmt: skip
def test_a_module_is_imported_from_where_the_test_lies(target: str, folder: str, written: str) -> None:
    assert path_to(target, folder) == written
    assert of_module(written, f"{folder or '.'}/x.test.js", target)
