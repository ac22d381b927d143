"""Texts out of regular expressions."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest


@pytest.mark.parametrize(
    "pattern",
    [
        "^[a-z]+$", r"^\d{3}-\d{4}$", "^(cat|dog)s?$", r"^[^@\s]+@[a-z]+\.com$", "^a{2,4}b*$",
        r"^\w+\s\w+$", "^(?:ab)+c$",
        "^[A-Z][0-9]{2}$", r"^\$\d+\.\d{2}$", "^(?<year>[0-9]{4})$", "^a?b+?$", r"^[\d,]+$", "^.x$",
    ],
)  # fmt: skip
def test_most_texts_match(js: Any, pattern: str) -> None:
    made = js(f"return inside('patterns').matching({json.dumps(pattern)}, new (inside('chance').Chance)(5), 30)")
    known = pattern.replace("?<year>", "?:")
    matched = [text for text in made if re.search(known, text)]
    assert len(matched) >= 18
    assert len(made) == 30


def test_near_misses_are_among_them(js: Any) -> None:
    made = js(r"return inside('patterns').matching('^\\d{3}$', new (inside('chance').Chance)(5), 30)")
    assert any(not re.fullmatch(r"\d{3}", text) for text in made)


@pytest.mark.parametrize("pattern", ["(", "[", "a{", "*", "\\\\", "(?=x)y", "[z-a]", ")", ""])
def test_no_pattern_breaks_it(js: Any, pattern: str) -> None:
    made = js(f"return inside('patterns').matching({json.dumps(pattern)}, new (inside('chance').Chance)(5), 3)")
    assert all(isinstance(text, str) for text in made)
