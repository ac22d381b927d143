"""A question as it came through a door: who asks, where, and what they wish. Checked before anything else happens."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache

from assistant.chat import ids, texts
from assistant.chat.scripts import foreign
from assistant.errors import InvalidInput, TooLarge, Unprocessable
from domains.types import Language
from inference.client.types import Message

MAX_CHARACTERS = 4_000
"""About 3,000 tokens of either language: fits every prompt beside its evidence."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question. `history` is given by doors that carry the conversation themselves, else it is remembered here.

    `language` is the asker's wish; `reader` the language to fall back on when the text shows none.
    `continues` says that the caller named the conversation, so that it must exist.
    """

    text: str
    tenant: str
    groups: frozenset[str]
    key_id: int = 0
    id: str = field(default_factory=ids.fresh)
    conversation: str = field(default_factory=ids.fresh)
    continues: bool = False
    channel: str = "api"
    domain: str | None = None
    language: Language | None = None
    reader: Language = "en"
    max_tokens: int | None = None
    history: tuple[Message, ...] = ()


@lru_cache(maxsize=2048)
def readable(text: str) -> str:
    """Return the question trimmed and in composed form.

    Raises InvalidInput (empty_question, not_text, wrong_encoding), TooLarge (question_too_long) or Unprocessable
    (unsupported_language).
    """
    cleaned = unicodedata.normalize("NFC", text).strip()
    if len(cleaned) > MAX_CHARACTERS:
        raise TooLarge(texts.too_long(MAX_CHARACTERS, len(cleaned)), code="question_too_long")
    if _BINARY.search(cleaned):
        raise InvalidInput(texts.NOT_TEXT, code="not_text")
    if _garbled(cleaned):
        raise InvalidInput(texts.GARBLED, code="wrong_encoding")
    if not any(character.isalnum() for character in cleaned):
        raise InvalidInput(texts.EMPTY, code="empty_question")
    language = foreign(cleaned)
    if language is not None:
        raise Unprocessable(texts.unsupported(language), code="unsupported_language")
    return cleaned


_BINARY = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters other than line breaks and tabs, and lone surrogates, are not text."""

_MOJIBAKE = ("\ufffd", "锟斤拷", "烫烫烫", "ï»¿", "Ã¤Â", "Ã©", "â€™", "â€œ", "ä½ ", "å¥½", "æ\x88\x91")


def _garbled(text: str) -> bool:
    """Notice what is left when bytes were read in the wrong encoding."""
    return any(mark in text for mark in _MOJIBAKE)
