"""Which sentences state a law, and which only sound like one."""

from __future__ import annotations

import ast

import pytest

from domains.codegen.engine.claims import claims


def read(sentence: str, symbol: str = "decode") -> list[tuple[str, str, str]]:
    tree = ast.parse(f"def encode(x): ...\ndef {symbol}(x):\n    '''Do it.\n\n    {sentence}\n    '''\n")
    return [(claim.kind, claim.symbol, claim.other) for claim in claims(tree)]


@pytest.mark.parametrize(
    "sentence",
    [
        "Return the inverse of encode.",
        "The inverse of :func:`encode`.",
        "This undoes ``encode``.",
        "Exact inverse of the function `encode`.",
        "It round-trips with encode.",
        "The opposite of encode; works on any text.",
    ],
)
def test_a_sentence_that_names_the_function_it_undoes(sentence: str) -> None:
    assert read(sentence) == [("inverse", "decode", "encode")]


@pytest.mark.parametrize(
    "sentence",
    [
        "Not the inverse of encode.",
        "Usually the inverse of encode.",
        "The inverse of encode, except for blanks.",
        "The inverse of a matrix.",
        "The inverse of decode.",
        "Similar to encode.",
        "",
        "    >>> 'inverse of encode'",
    ],
)
def test_a_sentence_that_is_qualified_or_names_nothing_states_no_law(sentence: str) -> None:
    assert read(sentence) == []


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("It is idempotent.", "idempotent"),
        ("Applying it twice changes nothing.", "idempotent"),
        ("Addition is commutative.", "commutative"),
        ("The order of its arguments does not matter.", "commutative"),
        ("Returns the items in ascending order.", "sorted"),
        ("Returns a sorted list.", "sorted"),
    ],
)
def test_laws_of_one_function(sentence: str, kind: str) -> None:
    assert read(sentence) == [(kind, "decode", "")]


@pytest.mark.parametrize(
    "sentence", ["Returns a sorted list by length.", "This is not idempotent.", "Takes sorted input."]
)
def test_what_only_sounds_like_a_law(sentence: str) -> None:
    assert read(sentence) == []


@pytest.mark.parametrize("sentence", ["A faster version of encode.", "Gives the same result as encode."])
def test_a_second_way_to_do_the_same(sentence: str) -> None:
    assert read(sentence) == [("agrees", "decode", "encode")]


def test_methods_name_each_other_within_their_class() -> None:
    tree = ast.parse(
        "class Box:\n    def pack(self): ...\n    def unpack(self):\n        '''The inverse of `pack`.'''\n"
    )
    assert [(claim.symbol, claim.other) for claim in claims(tree)] == [("Box.unpack", "Box.pack")]


def test_a_sentence_over_two_lines_is_one() -> None:
    assert read("Return the inverse\n    of encode, whatever is given.") == [("inverse", "decode", "encode")]
