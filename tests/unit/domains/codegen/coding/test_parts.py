"""Functions and tests of JavaScript, TypeScript and Java: found by name and line, put anew, made to fail."""

from __future__ import annotations

import pytest

from domains.codegen.coding import parts
from domains.codegen.coding.parts import Part

JS = """export default function first(a) {
  return a;
}

export const second = (a) => a + 1;

const third = function () { return 3; };

class Till {
  take(coin) {
    return this.keep(coin);
  }

  keep = (coin) => { return coin; };
}

exports.fourth = function (x) { return x; };

const table = { fifth: (x) => x };
"""
JAVA = """class Shop {
    Shop() {}

    int ship(int weight) {
        return weight;
    }

    static class Till {
        int ship(int coins) { return coins; }
    }
}
"""


def named(source: str, name: str, path: str = "a.js") -> Part:
    found = parts.find(parts.functions(path, source), name)
    assert found is not None
    return found


def test_functions_are_found_however_they_are_written() -> None:
    assert [one.name for one in parts.functions("a.js", JS)] == [
        "first", "second", "third", "Till.take", "Till.keep", "fourth", "fifth",
    ]  # fmt: skip
    assert [one.name for one in parts.functions("A.java", JAVA)] == ["Shop.Shop", "Shop.ship", "Till.ship"]
    assert parts.functions("a.rs", "fn main() {}") == []


def test_a_bare_name_finds_a_method_where_only_one_class_has_it() -> None:
    assert named(JS, "take").name == "Till.take"
    assert parts.find(parts.functions("A.java", JAVA), "ship") is None
    assert named(JAVA, "Till.ship", "A.java").start == 9


@pytest.mark.parametrize(
    ("line", "name"), [(2, "first"), (11, "Till.take"), (14, "Till.keep"), (9, None), (17, "fourth")]
)
def test_a_line_lies_in_the_innermost_function(line: int, name: str | None) -> None:
    found = parts.at_line(parts.functions("a.js", JS), line)
    assert (None if found is None else found.name) == name


FIRST = "function first(a) {\n  return 2;\n}"


@pytest.mark.parametrize(
    ("name", "written", "there"),
    [
        ("first", FIRST, f"export default {FIRST}\n\nexport const"),
        ("first", f"export default {FIRST}", f"export default {FIRST}\n\nexport const"),
        ("second", "const second = (a) => a + 2;", "export const second = (a) => a + 2;\n"),
        ("second", "function second(a) {\n  return 2;\n}", "export function second(a) {\n  return 2;\n}\n"),
        ("Till.take", "take(coin) {\n  return 0;\n}", "class Till {\n  take(coin) {\n    return 0;\n  }\n\n  keep"),
        ("Till.take", "class Till {\n    take() {\n        return 0;\n    }\n}", "  take() {\n      return 0;\n  }\n"),
    ],
)
def test_what_a_model_wrote_is_put_in_its_place_whatever_it_repeated(name: str, written: str, there: str) -> None:
    part = named(JS, name)
    code = parts.written("a.js", written, part)
    assert code is not None
    made = parts.replaced(JS, part, code)
    assert there in made
    assert len(parts.functions("a.js", made)) == len(parts.functions("a.js", JS))


@pytest.mark.parametrize("written", ["", "no code at all, sorry", "function other() {}", "function first( {"])
def test_what_is_not_the_function_is_not_taken(written: str) -> None:
    assert parts.written("a.js", written, named(JS, "first")) is None


def test_text_that_is_longer_in_bytes_than_in_letters_stays_whole() -> None:
    source = "// 价格\nfunction price() { return '价'; }\n// 完\n"
    part = named(source, "price")
    assert parts.replaced(source, part, "function price() { return '元'; }") == source.replace("'价'", "'元'")
    broken = parts.failing(source, part)
    assert broken is not None
    assert broken.endswith("return '价'; }\n// 完\n")


@pytest.mark.parametrize("name", ["first", "second", "third", "Till.take", "Till.keep", "fourth"])
def test_a_function_is_made_to_fail_and_still_parses(name: str) -> None:
    broken = parts.failing(JS, named(JS, name))
    assert broken is not None
    assert broken.count('throw new Error("made to fail")') == 1
    assert len(parts.functions("a.js", broken)) == len(parts.functions("a.js", JS))


def test_java_is_made_to_fail_so_that_it_still_compiles() -> None:
    broken = parts.failing(JAVA, named(JAVA, "Shop.ship", "A.java"))
    assert broken is not None
    assert 'int ship(int weight) { if (true) throw new IllegalStateException("made to fail");' in broken
    assert parts.failing(JAVA, named(JAVA, "Shop.Shop", "A.java")) is None


JEST = """describe("math", () => {
  beforeEach(() => {});
  describe("of sums", () => {
    it("adds", async () => { await expect(add(1)).resolves.toBe(2); expect.assertions(1); });
  });
  test.each([[1]])("keeps %i of $name", (n) => { expect(n).not.toBe(2); expect(new Till().take(n)).toBe(n); });
  test.only('it\\'s one', () => { assert.equal(1, 1); done(); });
});
"""
JUNIT = """class ShopTest {
  @BeforeEach void open() {}
  @Test void ships() { assertEquals(1, new Shop().ship(1)); fail("no"); log.info("x"); }
}
"""


def test_tests_of_jest_go_by_their_full_titles() -> None:
    listed = parts.tests("a.test.js", JEST)
    assert [(one.kind, one.name) for one in listed] == [
        ("hook", "beforeEach"),
        ("test", "math of sums adds"),
        ("test", "math keeps %i of $name"),
        ("test", "math it's one"),
    ]
    assert parts.find(listed, "of sums adds") == parts.find(listed, "adds") == listed[1]


def test_tests_of_junit_go_by_their_methods() -> None:
    listed = parts.tests("ShopTest.java", JUNIT)
    assert [(one.kind, one.name) for one in listed] == [("hook", "open"), ("test", "ships")]
    assert parts.find(listed, "ShopTest.ships") == parts.find(listed, "ShopTest#ships") == listed[1]


@pytest.mark.parametrize(
    ("test", "name", "is_one"),
    [
        ("math adds", "math adds", True),
        ("math adds, row 2", "math adds", True),
        ("math keeps 1 of Ann", "math keeps %i of $name", True),
        ("math adds more", "math adds", False),
        ("math keeps", "math keeps %i of $name", False),
    ],
)
def test_rows_of_a_table_belong_to_their_title(test: str, name: str, is_one: bool) -> None:
    assert parts.belongs(test, name) is is_one


def test_assertions_are_counted_and_calls_are_named() -> None:
    one, table, other = parts.tests("a.test.js", JEST)[1:]
    assert [parts.assertions(test) for test in (one, table, other)] == [1, 2, 1]
    assert {"Till", "take"} <= set(parts.called(table))
    junit = parts.tests("ShopTest.java", JUNIT)[1]
    assert parts.assertions(junit) == 2
    assert {"Shop", "ship"} <= set(parts.called(junit))
