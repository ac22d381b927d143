"""Jest and JUnit tests are added to a file that is there; nothing of it changes."""

from __future__ import annotations

import pytest

from clients.lsp.braces import merged, pieces

JEST = """// Tests of till.js.

const { gross, net } = require("./till");

describe("net", () => {
  test.each([
    [1, 2, "(a"],
    [3, 4, "b}"],
  ])("by table, row %#: %p and %p gives %p", (price, rebate, expected) => {
    expect(net(price, rebate)).toBe(expected);
  });

  test("throws RangeError for {", () => {
    expect(() => net("{")).toThrow(RangeError);
  });
});

describe("gross", () => {
  test("gives 3 for 2", () => {
    expect(gross(2)).toBe(3);
  });
});
"""
TABLE, THROWS, GROSS = "net by table", "net throws RangeError for {", "gross gives 3 for 2"
JUNIT = """package shop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

/** Tests of Till.java. */
class TillTest {
  @Test
  void netOf1Is1() throws Exception {
    assertEquals(1, Till.net(1));
  }

  @Test
  void netOfTextThrows() throws Exception {
    assertThrows(RuntimeException.class, () -> Till.net("}"));
  }
}
"""
ALL = {TABLE, THROWS, GROSS}


def names(text: str, language: str = "javascript") -> list[str]:
    return [one.name for one in pieces(text, language)]


def test_tests_are_called_as_the_server_calls_them() -> None:
    assert names(JEST) == [TABLE, THROWS, GROSS]
    assert names(JUNIT, "java") == ["netOf1Is1", "netOfTextThrows"]


def test_an_empty_file_becomes_what_was_chosen() -> None:
    assert merged("\n", JEST, ALL, "javascript") == JEST
    some = merged("", JEST, {THROWS}, "javascript")
    assert names(some) == [THROWS]
    assert "gross" not in some
    assert 'const { net } = require("./till");' in some
    assert "\n\n\n" not in some
    one = merged("", JUNIT, {"netOf1Is1"}, "java")
    assert "assertThrows" not in one
    assert one.count("{") == one.count("}")


def test_what_is_there_stays_and_the_missing_name_is_imported() -> None:
    ours = 'const { net } = require("./till");\n\ntest("ours", () => {\n  expect(net(9)).toBe(8); // keep\n});\n'
    text = merged(ours, JEST, ALL, "javascript")
    assert set(ours.splitlines()) <= set(text.splitlines())
    assert text.count('require("./till")') == 2
    assert 'const { gross } = require("./till");' in text
    assert names(text) == [TABLE, THROWS, GROSS]
    assert merged(text, JEST, ALL, "javascript") == text


def test_tests_join_their_block_and_a_taken_name_gets_a_number() -> None:
    ours = 'describe("gross", () => {\n  test("gives 3 for 2", () => {\n    expect(1).toBe(1);\n  });\n});\n'
    text = merged(ours, JEST, {GROSS}, "javascript")
    assert text.count('describe("gross"') == 1
    assert names(text) == [GROSS, f"{GROSS} (2)"]


def test_it_modules_and_line_ends_are_followed() -> None:
    ours = "import { net } from './till';\r\n\r\ndescribe('old', () => {\r\n  it('works', () => {});\r\n});\r\n"
    text = merged(ours, JEST, {GROSS}, "typescript")
    assert 'import { gross } from "./till";\r\n' in text
    assert '  it("gives 3 for 2"' in text
    assert "\n" not in text.replace("\r\n", "")


@pytest.mark.parametrize("indent", ["    ", "\t"], ids=["four", "tab"])
def test_a_class_is_added_to_in_its_own_indentation(indent: str) -> None:
    ours = (
        "package shop;\n\nimport static org.junit.jupiter.api.Assertions.*;\nimport org.junit.jupiter.api.Test;\n\n"
        f"class TillTest {{\n{indent}@Test\n{indent}void netOf1Is1() {{\n{indent * 2}fail(); // }}\n{indent}}}\n}}\n"
    )
    text = merged(ours, JUNIT, {"netOf1Is1", "netOfTextThrows"}, "java")
    assert set(ours.splitlines()) <= set(text.splitlines())
    assert f"{indent}void netOf1Is12() throws Exception {{\n{indent * 2}assertEquals(1, Till.net(1));" in text
    assert "Assertions.assertEquals" not in text
    assert names(text, "java") == ["netOf1Is1", "netOf1Is12", "netOfTextThrows"]
    assert text.count("class TillTest") == 1
