"""What comments say of a definition: those right above it and those inside, without signs, examples and parameters."""

from __future__ import annotations

from domains.codegen.helping.comments import comments, sentences
from domains.codegen.javascript.parsing import parse

SOURCE = """// Far away: 9.

/** Gives {@code null} for an <b>empty</b> text. */
// Two of 2 give 4.
function f(a) {
  // inside: 0 comes back unchanged
  return a; // 7 at its end
}

/**
 * @param a the 55 of it
 * @example
 * f(66); // => 66
 * @returns 0 for none
 * f(88) => 88
 *
 * >>> f(99)
 * 99
 */
const g = 1; // 3 behind
"""
ROOT = parse(SOURCE.encode(), "javascript").root_node


def lines(word: str) -> tuple[int, int]:
    node = next(one for one in ROOT.named_children if word in (one.text or b"").decode() and one.type != "comment")
    return node.start_point[0], node.end_point[0]


def test_what_stands_above_and_inside_is_said_and_nothing_further_away() -> None:
    said = sentences(comments(ROOT), *lines("function f"))
    assert said == (
        "Gives null for an empty text.", "Two of 2 give 4.", "inside: 0 comes back unchanged", "7 at its end"
    )  # fmt: skip


def test_examples_parameters_and_sessions_are_no_sentences() -> None:
    said = " ".join(sentences(comments(ROOT), *lines("const g")))
    assert "0 for none" in said
    assert not any(number in said for number in ("55", "66", "88", "99"))
