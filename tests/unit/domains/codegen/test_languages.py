"""Files by language."""

from __future__ import annotations

import pytest

from domains.codegen.languages import FRAMEWORKS, language_of


@pytest.mark.parametrize(
    ("path", "language"),
    [
        ("a.py", "python"), ("a/b.js", "javascript"), ("b.mjs", "javascript"),
        ("c.cjs", "javascript"), ("d.jsx", "javascript"),
        ("e.ts", "typescript"), ("f.tsx", "typescript"), ("g.mts", "typescript"), ("H.java", "java"), ("i.rb", None),
        ("Makefile", None), ("j.json", None), ("k.PY", None),
    ],
)  # fmt: skip
def test_a_language_goes_by_the_ending(path: str, language: str | None) -> None:
    assert language_of(path) == language


def test_every_language_has_a_framework() -> None:
    assert FRAMEWORKS == {"python": "pytest", "javascript": "jest", "typescript": "jest", "java": "junit5"}
