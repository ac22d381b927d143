"""Symbols: what the server writes tests for, with its lines."""

from __future__ import annotations

from clients.lsp.symbols import symbol_at, symbols

TEXT = """import os

def net(a,
        b):
    return a


class Cart:
    @property
    def size(self):
        def inner(): pass
        return 1

    async def pay(self): ...
    def _hide(self): ...

def _private(): ...
class _Hidden:
    def x(self): ...
"""


def test_functions_classes_and_public_methods_with_their_lines() -> None:
    assert [(one.name, one.line, one.end) for one in symbols(TEXT)] == [
        ("net", 2, 4),
        ("Cart", 7, 14),
        ("Cart.size", 9, 11),
        ("Cart.pay", 13, 13),
    ]


def test_a_text_that_does_not_parse_still_shows_its_functions() -> None:
    broken = "def a(:\n    pass\n\nclass B:\n    def c(self): pass\ndef _d(): pass\n"
    assert [(one.name, one.line) for one in symbols(broken)] == [("a", 0), ("B", 3)]


def test_names_in_chinese_are_names() -> None:
    assert [one.name for one in symbols("def 退款(): ...\n")] == ["退款"]


def test_a_text_with_a_null_byte_has_what_its_lines_show() -> None:
    assert [one.name for one in symbols("def a(): pass\n\0")] == ["a"]


def test_the_innermost_symbol_around_a_line_counts() -> None:
    found = symbols(TEXT)
    assert [getattr(symbol_at(found, line), "name", None) for line in (3, 7, 10, 0)] == [
        "net",
        "Cart",
        "Cart.size",
        None,
    ]
