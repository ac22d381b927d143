"""What a finished answer from sources must be: tied to a source by a citation, free of numbers that nobody gave."""

from __future__ import annotations

import re
from collections.abc import Sequence

from domains import numbers, sentences
from domains.citations import cited

_FENCED = re.compile(r"(`{3,}.*?(?:`{3,}|\Z))", re.DOTALL)
_INLINE = re.compile(r"`[^`\n]*`")


def tied(answer: str, given: Sequence[str]) -> str | None:
    """Return the answer without the sentences that hold a number from nowhere; None when nothing cited is left.

    `given` is all that numbers may come from: sources, question, what the house itself says. Code is left alone.
    """
    kept = answer
    if numbers.ungrounded(without_code(answer), given):
        kept = "".join(piece for piece in _pieces(answer) if not numbers.ungrounded(without_code(piece), given))
    return kept if cited(without_code(kept)) else None


def without_code(answer: str) -> str:
    """Take out what stands between backticks: `a[1]` cites nothing."""
    return _INLINE.sub(" ", _FENCED.sub(" ", answer))


def _pieces(answer: str) -> list[str]:
    """Sentences and blocks of code; joined they are the answer."""
    pieces: list[str] = []
    for index, part in enumerate(_FENCED.split(answer)):
        pieces += [part] if index % 2 else sentences.cut(part)
    return pieces
