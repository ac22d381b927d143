"""What the code writes itself is gathered for the search."""

from __future__ import annotations

import pytest

from domains.codegen.javascript.constants import constants
from domains.codegen.javascript.parsing import parse


def test_constants_are_gathered_by_kind() -> None:
    source = "const a = require('fs'); if (b > 10.5 || b === -3) { c = 'gold' + o.tier; } x = /^[a-z]+$/;"
    assert constants(parse(source.encode(), "javascript").root_node) == {
        "numbers": [10.5, -3], "strings": ["gold"], "patterns": ["^[a-z]+$"], "keys": ["tier"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("source", "texts"),
    [
        ("const WEIGHTS = { letter: 20, 'big parcel': 500 };", ["letter", "big parcel"]),
        ("const WEIGHTS = Object.freeze({ letter: { most: 20 } });", ["letter", "most"]),
        ("const f = () => { const found = { letter: 1 }; return found; };", []),
        ("module.exports = { f: g };", []),
        ("g({ letter: 1 });", []),
    ],
)
def test_keys_of_tables_are_texts_to_look_up(source: str, texts: list[str]) -> None:
    assert constants(parse(source.encode(), "javascript").root_node)["strings"] == texts
