from __future__ import annotations

import pytest

from retrieval.errors import UnreadableDocument
from retrieval.loaders import LOADERS
from retrieval.loaders.code import GRAMMARS
from tests.unit.retrieval.loaders.conftest import Load

PYTHON = '''"""Prices."""
import decimal

RATE = decimal.Decimal("0.19")


# Adds the tax.
@cached
def gross(net):
    return net * (1 + RATE)


class Basket:
    """What a customer wants."""

    size = 3

    def add(self, item):
        self.items.append(item)

    async def pay(self):
        def inner():
            return 1
        return inner()


if __name__ == "__main__":
    main()
'''
TYPESCRIPT = """import { x } from "y";
/** Adds. */
export function add(a: number, b: number): number { return a + b; }
export const twice = (a: number) => a * 2;
const plain = 3;
interface Shape { area(): number }
export default class Square implements Shape {
  side = 1;
  area(): number { return this.side ** 2; }
}
"""
JAVA = """package shop;
import java.util.List;
/** A basket. */
public class Basket {
    private int size = 0;
    public Basket() { size = 1; }
    @Override
    public int size() { return size; }
    enum Kind { A, B }
}
"""
GO = """package shop

type Basket struct { Size int }

// Add puts one in.
func (b *Basket) Add() { b.Size++ }

func main() {}
"""


def names(load: Load, name: str, source: str) -> list[tuple[str, ...]]:
    return [section.headings for section in load(name, source).sections]


def test_python_is_cut_by_function_and_method(load: Load) -> None:
    assert names(load, "prices.py", PYTHON) == [
        (), ("gross",), ("Basket",), ("Basket", "add"), ("Basket", "pay"), (),
    ]  # fmt: skip


def test_decorators_and_the_comment_above_belong_to_the_function(load: Load) -> None:
    section = load("prices.py", PYTHON).sections[1]
    assert section.text.startswith("# Adds the tax.\n@cached\ndef gross")
    assert section.line == PYTHON.splitlines().index("# Adds the tax.") + 1


def test_a_method_keeps_its_indentation_and_its_line(load: Load) -> None:
    section = load("prices.py", PYTHON).sections[3]
    assert section.text == "    def add(self, item):\n        self.items.append(item)"
    assert section.line == PYTHON.splitlines().index("    def add(self, item):") + 1


def test_nothing_but_blanks_and_brackets_is_left_out(load: Load) -> None:
    for name, source in (("a.py", PYTHON), ("a.ts", TYPESCRIPT), ("A.java", JAVA), ("a.go", GO)):
        text = "".join(section.text for section in load(name, source).sections)
        assert [c for c in text if c.isalnum()] == [c for c in source if c.isalnum()]


def test_typescript_exports_arrows_and_classes_have_names(load: Load) -> None:
    assert names(load, "a.ts", TYPESCRIPT) == [
        (), ("add",), ("twice",), (), ("Shape",), ("Square",), ("Square", "area"),
    ]  # fmt: skip


def test_java_methods_stand_under_their_class(load: Load) -> None:
    assert names(load, "Basket.java", JAVA) == [
        (), ("Basket",), ("Basket", "Basket"), ("Basket", "size"), ("Basket", "Kind"),
    ]  # fmt: skip


def test_go_functions_and_types_have_names(load: Load) -> None:
    assert names(load, "a.go", GO) == [(), ("Basket",), ("Add",), ("main",)]


def test_the_title_is_the_file_s_name(load: Load) -> None:
    assert load("prices.py", PYTHON).title == "prices.py"


@pytest.mark.parametrize("suffix", sorted(GRAMMARS))
def test_every_suffix_has_a_grammar_that_loads(load: Load, suffix: str) -> None:
    assert LOADERS[suffix].startswith("retrieval.loaders.code:")
    assert load(f"a{suffix}", "x = 1").sections[0].text == "x = 1"


@pytest.mark.parametrize("source", ["def f(:\n  return\nclass", "{{{{((((", "函数 = 一\n", "\ufeffx = 1"])
def test_broken_code_is_read_as_far_as_it_goes(load: Load, source: str) -> None:
    if not any(character.isalnum() for character in source):
        with pytest.raises(UnreadableDocument) as caught:
            load("a.py", source)
        assert caught.value.code == "no_text"
    else:
        assert load("a.py", source).sections


def test_deep_nesting_ends(load: Load) -> None:
    source = "".join("  " * depth + f"class C{depth}:\n" for depth in range(60)) + "  " * 60 + "x = 1\n"
    assert load("a.py", source).sections[-1].text.endswith("x = 1")


def test_minified_code_is_one_section_and_not_thousands(load: Load) -> None:
    sections = load("a.js", "function f(a){return a+1};" * 20_000).sections
    assert len(sections) <= 2
    assert sum(len(section.text) for section in sections) <= 26 * 20_000
