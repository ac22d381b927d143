"""Wishes and what came of them."""

from __future__ import annotations

import pytest

from domains.codegen.coding.work import Wish, Worked, change


@pytest.mark.parametrize(
    ("before", "after", "diff"),
    [
        ("a\nb\n", "a\nc\n", "--- a/m.py\n+++ b/m.py\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n"),
        ("a\n", "a\n", ""),
        ("", "a\n", "--- a/m.py\n+++ b/m.py\n@@ -0,0 +1 @@\n+a\n"),
        ("a", "a\n", "--- a/m.py\n+++ b/m.py\n@@ -1 +1 @@\n-a\n+a\n"),
    ],
)
def test_a_change_is_told_as_a_unified_diff(before: str, after: str, diff: str) -> None:
    made = change("m.py", before, after)
    assert (made.path, made.text, made.diff) == ("m.py", after, diff)


def test_a_wish_knows_its_source_and_has_the_largest_context_by_default() -> None:
    wish = Wish("explain", {"m.py": "x = 1\n"}, "m.py")
    assert (wish.source, wish.context_tokens, wish.end_line) == ("x = 1\n", 8_000, None)


def test_what_was_not_run_does_not_say_that_it_was() -> None:
    worked = Worked("edit", "x")
    assert (worked.executed, worked.passed, worked.verdict, worked.change) == (False, None, None, None)
