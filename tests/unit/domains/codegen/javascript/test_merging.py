"""Where new tests and imports go in a Jest file that is there, and that nothing else of it changes."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from domains.codegen.javascript.existing import Existing
from domains.codegen.javascript.merging import Merge, renamed, style
from domains.codegen.javascript.parsing import parse
from domains.codegen.javascript.rendering import Written
from domains.codegen.javascript.structure import read

CLASSIC = "function half(n) {}\nclass Till { add(n) {} }\nmodule.exports = { half, Till };\n"
MODERN = "export function half(n) {}\nexport class Till { add(n) {} }\nexport default function whole(n) {}\n"
WHOLE = "module.exports = function half(n) {};\n"


def unformatted(texts: Mapping[str, str], _settings: Mapping[str, object]) -> Mapping[str, str]:
    """Prettier that finds all well."""
    return texts


def of(symbol: str, title: str, body: str) -> Written:
    return Written(f"{symbol} {title}", symbol, f"test({json.dumps(title)}, () => {{\n  {body}\n}});", ())


HALF = of("half", "gives 1 for 2", "expect(half(2)).toBe(1);")
TILL = of("Till.add", "gives 1", "expect(new Till().add(1)).toBe(1);")
WHOLE_ONE = of("whole", "gives 1", "expect(whole(1)).toBe(1);")


def merged(there: str, *written: Written, source: str = CLASSIC, path: str = "shop.test.js") -> str:
    structure = read(parse(source.encode(), "javascript").root_node, "shop")
    merge = Merge(Existing(path, there), structure, "shop.js")
    text = merge.merged(merge.named(written or [HALF]), unformatted)
    parse(text.encode(), "javascript")
    rest = iter(text)
    assert all(sign in rest for sign in there), "something that was there is gone"
    return text


@pytest.mark.parametrize(
    ("line", "source", "after", "call"),
    [
        ("const { half } = require('./shop');", CLASSIC, "const { half } = require('./shop');", "half(2)"),
        ("const { Till } = require('./shop');", CLASSIC, "const { Till, half } = require('./shop');", "half(2)"),
        ("const { } = require('./shop')", CLASSIC, "require", "half(2)"),
        ("const { half: h } = require('./shop.js');", CLASSIC, "const { half: h }", "(h(2))"),
        ("const shop = require('./shop');", CLASSIC, "const shop = require('./shop');", "shop.half(2)"),
        ("const half = require('./shop').half;", CLASSIC, "const half = require('./shop').half;", "half(2)"),
        ("const half = require('./other');", CLASSIC, "{ half: halfUnderTest } = require", "halfUnderTest(2)"),
        ("import shop from './shop';", CLASSIC, "import shop from './shop';", "shop.half(2)"),
        ("import { Till } from './shop';", MODERN, "import { Till, half } from './shop';", "half(2)"),
        ("import { half as h } from './shop';", MODERN, "import { half as h }", "(h(2))"),
        ("import * as shop from './shop';", MODERN, "import * as shop", "shop.half(2)"),
        ("import whole from './shop';", MODERN, "import { half } from './shop';", "half(2)"),
        ("import whole, { Till } from './shop';", MODERN, "import whole, { Till, half } from", "half(2)"),
        ("import './shop';", MODERN, "import { half } from './shop';", "half(2)"),
        ("import { half } from './other';", MODERN, "import { half as halfUnderTest } from", "halfUnderTest(2)"),
        ("const half = require('./shop');", WHOLE, "const half = require('./shop');", "half(2)"),
        ("const fs = require('fs');", WHOLE, "const half = require('./shop');", "half(2)"),
        ("import fs from 'fs';", WHOLE, "import half from './shop';", "half(2)"),
        ("", CLASSIC, 'const { half } = require("./shop");', "half(2)"),
        ("", MODERN, 'import { half } from "./shop";', "half(2)"),
        ("const { half } = require('./a/../shop');", CLASSIC, "const { half } = require('./a/../shop');", "half(2)"),
    ],
)  # fmt: skip
def test_an_import_is_used_extended_or_added(line: str, source: str, after: str, call: str) -> None:
    text = merged(f"{line}\n", source=source)
    assert after in text
    assert call in text


def test_a_default_export_is_imported_beside_a_named_one() -> None:
    text = merged("import { half } from './shop';\n", WHOLE_ONE, source=MODERN)
    assert "import whole from './shop';" in text
    text = merged("const { half } = require('./shop');\n", WHOLE_ONE, source=MODERN)
    assert "const whole = require('./shop').default;" in text


def test_names_join_an_import_of_many_lines_on_a_line_of_their_own() -> None:
    text = merged("const {\n    Till,\n} = require('./shop');\n\ntest('a', () => {});\n")
    assert "const {\n    Till,\n    half,\n} = require('./shop');" in text


@pytest.mark.parametrize(
    ("there", "start"),
    [
        (
            "'use strict';\n\n// about\ntest('a', () => {});\n",
            "'use strict';\n\nconst { half } = require('./shop');\n\n// about",
        ),
        ("/* mine */\n\ntest('a', () => {});\n", "/* mine */\n\nconst { half } = require('./shop');\n\ntest("),
        ("const a = require('a'); // one\ntest('a', () => {});\n", "const a = require('a'); // one\nconst { half } ="),
    ],
)
def test_a_new_import_stands_below_the_others_or_on_top(there: str, start: str) -> None:
    assert merged(there).startswith(start)


FULL = """const { half, Till } = require('./shop');

describe('half', () => {
  beforeEach(() => {});

  it('gives 1 for 2', () => {}); // mine
});

describe('Till', () => {
    describe('add', () => {});
});
"""


def test_tests_go_into_the_block_of_their_function_behind_what_it_has() -> None:
    text = merged(FULL, of("half", "gives 2 for 4", "expect(half(4)).toBe(2);"), TILL)
    assert '// mine\n\n  it("gives 2 for 4", () => {\n    expect(half(4)).toBe(2);\n  });\n});\n' in text
    assert "    describe('add', () => {\n      it(\"gives 1\", () => {" in text
    assert text.endswith("});\n")


def test_blocks_that_are_lacking_follow_at_the_end() -> None:
    text = merged("describe('other', () => {\n  test('a', () => {});\n});", HALF, TILL)
    assert text.index("describe('other'") < text.index('describe("half"') < text.index('describe("Till.add"')
    assert '});\n\ndescribe("half", () => {' in text
    assert text.endswith("});\n")


@pytest.mark.parametrize(
    ("there", "wanted"),
    [
        ("describe('half', () => {});\n", "describe('half', () => {\n  test("),
        ("describe('half', () => {\n});\n", "describe('half', () => {\n  test("),
        ("describe('half', () => { test('a', () => {}); });\n", "test('a', () => {});\n\n  test("),
        ("describe('half', function () {\n\ttest('a', () => {});\n});\n", "\ttest('a', () => {});\n\n\ttest("),
        ("describe('half', () => {\n  // only this\n});\n", "  // only this\n\n  test("),
    ],
)
def test_blocks_of_any_shape_take_tests(there: str, wanted: str) -> None:
    text = merged(there)
    assert wanted in text
    assert text.rstrip().endswith("});")


def test_a_file_with_line_ends_of_windows_keeps_to_them() -> None:
    text = merged("const { half } = require('./shop')\r\n\r\ndescribe('half', () => {\r\n  it('a', () => {})\r\n})\r\n")
    assert "\n" not in text.replace("\r\n", "")
    assert "gives 1 for 2" in text


def test_signs_of_other_scripts_do_not_shift_places() -> None:
    there = "const { half } = require('./shop');\ndescribe('价格 😀', () => {});\ndescribe('half', () => {});\n// 完\n"
    text = merged(there)
    assert text.index("价格") < text.index("gives 1 for 2") < text.index("完")


def test_flat_files_get_flat_tests_with_the_function_in_their_title() -> None:
    text = merged("it('a', () => {})\n", HALF, of("Till.add", 'yields "a"', "expect(new Till().add(1)).toBe(1);"))
    assert 'it("half gives 1 for 2", () => {' in text
    assert 'it("Till.add yields' in text
    assert "describe(" not in text


def test_titles_that_are_there_are_taken_for_their_function() -> None:
    structure = read(parse(CLASSIC.encode(), "javascript").root_node, "shop")
    there = Existing(
        "shop.test.js", FULL + "test('Till gives a Till', () => {})\ntest('half by table, row %#', () => {})\n"
    )
    taken = Merge(there, structure, "shop.js").taken()
    assert ("half", "gives 1 for 2") in taken
    assert ("Till", "gives a Till") in taken
    assert ("half", "by table") in taken


def test_names_are_those_that_jest_will_print() -> None:
    structure = read(parse(CLASSIC.encode(), "javascript").root_node, "shop")
    there = "describe('all', () => { describe('half()', () => { test('a', () => {}) }) })"
    merge = Merge(Existing("shop.test.js", there), structure, "shop.js")
    assert [one.name for one in merge.named([HALF, TILL])] == ["all half() gives 1 for 2", "Till.add gives 1"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", {}),
        ("const a = 'x'\n", {"singleQuote": True, "semi": False}),
        ('const a = "x";\n', {"singleQuote": False, "semi": True}),
        ("f(() => {\n    g();\n});\n", {"semi": True, "useTabs": False, "tabWidth": 4}),
        ("f(() => {\n\tg()\n})\n", {"semi": False, "useTabs": True}),
    ],
)
def test_the_style_is_read_off_the_file(text: str, found: dict[str, object]) -> None:
    assert style(Existing("a.test.js", text)) == found


def test_only_references_are_renamed() -> None:
    code = 'test("half", () => { expect(half(2)).toBe({ half, other: x.half }); half.half("half"); });'
    assert renamed(code, {"half": "shop.half"}) == (
        'test("half", () => { expect(shop.half(2)).toBe({ half: shop.half, other: x.half }); '
        'shop.half.half("half"); });'
    )
