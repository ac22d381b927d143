"""What stands in comments above and inside a definition, in languages that tree-sitter reads."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tree_sitter import Node

from domains.codegen.engine.trees import text, walk
from domains.codegen.helping.language import telling

_EXAMPLES = re.compile(r"^\s*@example\b.*?(?=^\s*@(?!example)\w+|\Z)", re.MULTILINE | re.DOTALL)
_SESSION = re.compile(r"^\s*>>>.*?(?=\n\s*\n|\Z)", re.MULTILINE | re.DOTALL)
_SHOWN = re.compile(r"\)\s*;?\s*(?://)?\s*(?:=>|->|===?)")
_TAG = re.compile(r"^\s*@(?:param|arg|argument)\b[^\n]*", re.MULTILINE)
_INLINE = re.compile(r"\{@\w+\s+([^{}]*)\}|</?[a-zA-Z][^>]{0,40}>")


def comments(root: Node) -> list[Node]:
    """Return the comments of a file in the order of the text."""
    return [node for node in walk(root) if node.type in {"comment", "block_comment", "line_comment"}]


def sentences(listed: Sequence[Node], first: int, last: int) -> tuple[str, ...]:
    """Return what the comments say that end right above line `first` (from 0), or lie within `first` to `last`."""
    above: list[Node] = []
    for one in reversed(listed):
        if one.end_point[0] in {first - 1, first} and one.start_point[0] < first:
            above.insert(0, one)
            first = one.start_point[0]
    begin = max((one.end_point[0] for one in above), default=first - 1)
    inside = [one for one in listed if begin < one.start_point[0] <= last and one not in above]
    return telling("\n".join(_plain(one) for one in above), [_plain(one) for one in inside])


def _plain(comment: Node) -> str:
    """Return the words of a comment: no signs of comments, no markup, no examples, no lists of parameters."""
    lines = [re.sub(r"^\s*(?:/\*+|\*+/|//+|\*(?!/)\s?)", "", line) for line in text(comment).split("\n")]
    said = "\n".join(re.sub(r"\s*\*+/\s*$", "", line) for line in lines)
    said = _TAG.sub("", _EXAMPLES.sub("", said))
    return _INLINE.sub(lambda found: found[1] or "", _shown_aside(said))


def _shown_aside(said: str) -> str:
    """Leave out the lines that show a call with what it gives: contracts of their own come of them."""
    return "\n".join(line for line in _SESSION.sub("", said).split("\n") if not _SHOWN.search(line))
