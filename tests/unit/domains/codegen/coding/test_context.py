"""Passages are cut along definitions and chosen within the tokens allowed."""

from __future__ import annotations

import pytest

from domains.codegen.coding.context import Place, choose, shown
from domains.codegen.coding.passages import cut, tokens_of

LONG_CLASS = "class Big {\n" + "".join(f"  int m{n}() {{\n    return {n};\n  }}\n" for n in range(40)) + "}\n"


@pytest.mark.parametrize("path", ["a.py", "a.txt", "Big.java"])
def test_every_line_lies_in_one_passage(path: str) -> None:
    source = LONG_CLASS if path.endswith("java") else "".join(f"def f{n}():\n    return {n}\n\n\n" for n in range(60))
    passages = cut({path: source})
    lines = [line for one in passages for line in range(one.start, one.end + 1)]
    assert lines == list(range(1, len(source.splitlines()) + 1))
    assert max(one.end - one.start for one in passages) < 60


def test_a_passage_knows_what_it_defines() -> None:
    (one,) = cut({"a.py": "def first():\n    pass\n\n\nclass Second:\n    def third(self):\n        pass\n"})
    assert {"first", "Second", "third"} <= one.names


def test_empty_files_give_nothing() -> None:
    assert cut({"a.py": "", "b.py": "\n\n"}) == []


FILES = {
    "main.py": "def checkout(cart):\n    return apply_voucher(cart)\n",
    "vouchers.py": "def apply_voucher(cart):\n    return cart\n",
    "colours.py": "def paint(wall):\n    return wall\n",
    "notes.txt": "A voucher is valid for a year.\n",
}


def chosen(tokens: int = 8000, question: str = "why is the voucher not applied") -> list[str]:
    place = Place("main.py", 1, 2)
    return [one.path for one in choose(FILES, place, FILES["main.py"], question, tokens)]


def test_what_defines_a_used_name_and_what_speaks_of_it_is_chosen_and_the_rest_is_not() -> None:
    assert chosen() == ["vouchers.py", "notes.txt"]


def test_definitions_go_first_where_tokens_are_few() -> None:
    assert chosen(tokens_of(FILES["vouchers.py"]) + 8) == ["vouchers.py"]
    assert chosen(0) == []


def test_the_tokens_allowed_are_never_passed() -> None:
    many = {f"m{n}.py": f"def voucher_{n}():\n    return {n}\n" * 8 for n in range(50)}
    for most in (50, 500, 8000):
        found = choose(many, Place("x.py", 1, 1), "", "voucher", most)
        assert sum(one.tokens for one in found) <= most


def test_passages_are_shown_under_their_place() -> None:
    found = choose(FILES, Place("main.py", 1, 2), "apply_voucher(cart)", "", 8000)
    assert shown(found).startswith("### vouchers.py:1-2\ndef apply_voucher(cart):")
    assert shown([]) == "(none)"
