"""A question as it came through a door: who asks, where, and what they wish. Checked before anything else happens."""

from __future__ import annotations

import unicodedata
import uuid
from dataclasses import dataclass, field

from assistant.chat import texts
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
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    conversation: str = field(default_factory=lambda: str(uuid.uuid4()))
    continues: bool = False
    channel: str = "api"
    domain: str | None = None
    language: Language | None = None
    reader: Language = "en"
    max_tokens: int | None = None
    history: tuple[Message, ...] = ()


def readable(text: str) -> str:
    """Return the question trimmed and in composed form.

    Raises InvalidInput (empty_question, not_text, wrong_encoding), TooLarge (question_too_long) or Unprocessable
    (unsupported_language).
    """
    cleaned = unicodedata.normalize("NFC", text).strip()
    if len(cleaned) > MAX_CHARACTERS:
        raise TooLarge(texts.too_long(MAX_CHARACTERS, len(cleaned)), code="question_too_long")
    if any(_binary(character) for character in cleaned):
        raise InvalidInput(texts.NOT_TEXT, code="not_text")
    if _garbled(cleaned):
        raise InvalidInput(texts.GARBLED, code="wrong_encoding")
    if not any(character.isalnum() for character in cleaned):
        raise InvalidInput(texts.EMPTY, code="empty_question")
    language = foreign(cleaned)
    if language is not None:
        raise Unprocessable(texts.unsupported(language), code="unsupported_language")
    return cleaned


def _binary(character: str) -> bool:
    """Control characters other than line breaks and tabs, and lone surrogates, are not text."""
    return character not in "\n\r\t" and unicodedata.category(character) in {"Cc", "Cs"}


_MOJIBAKE = ("\ufffd", "锟斤拷", "烫烫烫", "ï»¿", "Ã¤Â", "Ã©", "â€™", "â€œ", "ä½ ", "å¥½", "æ\x88\x91")


def _garbled(text: str) -> bool:
    """Notice what is left when bytes were read in the wrong encoding."""
    return any(mark in text for mark in _MOJIBAKE)
