"""Which kind of small talk a message is, so that thanks are not answered with a greeting."""

from __future__ import annotations

import re
import tomllib
import zlib
from collections.abc import Mapping
from pathlib import Path

from retrieval.normalise import fold

_TABLE = tomllib.loads(Path(__file__).with_name("small_talk.toml").read_text(encoding="utf-8"))
_KINDS = {kind: re.compile("|".join(lines.split("\n")[:-1])) for kind, lines in _TABLE.items()}
DEFAULT = "ability"


def kind_of(text: str) -> str:
    """Name the kind of small talk; what no rule knows is told what the assistant can do."""
    folded = fold(text)
    return next((kind for kind, pattern in _KINDS.items() if pattern.search(folded)), DEFAULT)


def reply_to(text: str, replies: Mapping[str, object], language: str) -> str | None:
    """Pick a ready answer out of an intent's `replies`: by language a sentence, a list, or lists by kind.

    The same message always gets the same answer, different messages take turns.
    """
    found = replies.get(language)
    if isinstance(found, Mapping):
        found = found.get(kind_of(text)) or found.get(DEFAULT) or next(iter(found.values()), None)
    if isinstance(found, list):
        found = found[zlib.crc32(fold(text).encode()) % len(found)] if found else None
    return found if isinstance(found, str) and found else None
