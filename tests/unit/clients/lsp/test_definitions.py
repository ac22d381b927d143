"""What a lens stands above in JavaScript, TypeScript and Java."""

from __future__ import annotations

import pytest

from clients.lsp.definitions import definitions

SCRIPT = """import { a } from "./a";

export function net(price, rebate) {
  if (rebate > price) {
    return 0; // } is no end
  }
  return price - rebate;
}

export const half = (n) => n / 2;
const LIMIT = 10;

export default class Cart {
  constructor(items) {
    this.items = items;
  }

  static async add(item) {
    for (const one of [item]) {
      net(one, "{");
    }
  }

  #hidden() {}
}
"""
JAVA = """package shop;

public final class Till {
  private int count;

  public static int net(int price, int rebate) {
    if (rebate > price) {
      return 0;
    }
    return price - rebate;
  }

  private int hidden() {
    return 1;
  }
}

record Price(int cents) {}
"""


def test_functions_classes_and_methods_of_scripts_have_their_lines() -> None:
    assert [(one.name, one.line, one.end) for one in definitions(SCRIPT, "javascript")] == [
        ("net", 2, 7), ("half", 9, 9), ("Cart", 12, 24), ("Cart.add", 17, 21),
    ]  # fmt: skip


def test_types_are_no_obstacle() -> None:
    text = "export const net = async (a: number, b?: number): Promise<number> => {\n  return a;\n};\n"
    assert [(one.name, one.line, one.end) for one in definitions(text, "typescript")] == [("net", 0, 2)]


def test_public_methods_of_java_have_their_lines() -> None:
    assert [(one.name, one.line, one.end) for one in definitions(JAVA, "java")] == [
        ("Till", 2, 15), ("Till.net", 5, 10), ("Price", 17, 17),
    ]  # fmt: skip


@pytest.mark.parametrize("language", ["javascript", "typescript", "java"])
@pytest.mark.parametrize(
    "text", ["", "}", "function f(", "class A {", "/* class A {} */", "const s = `\nclass A {\n`;"]
)
def test_a_text_that_is_not_whole_is_no_error(text: str, language: str) -> None:
    assert {one.name for one in definitions(text, language)} <= {"f", "A"}


def test_what_is_commented_out_or_quoted_is_not_there() -> None:
    assert definitions("// function f() {}\nconst s = `\nfunction g() {}\n`;\n", "javascript") == []
