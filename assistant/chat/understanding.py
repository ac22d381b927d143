"""From what was asked to a `Question`: its language, and what it refers to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from assistant.chat import followup
from assistant.chat.asked import Asked
from assistant.chat.memory import Memory
from assistant.faq.courtesy import without_opening
from domains.types import Language, Question
from retrieval.language import detect

_LETTERS = re.compile(r"[a-zA-Z㐀-鿿]")


@dataclass(frozen=True, slots=True)
class Understood:
    """The text, the text without a greeting in front, what that means on its own, and the language to answer in."""

    text: str
    core: str
    standalone: str
    language: Language

    def question(self, intent: str, memory: Memory, max_tokens: int | None, *, about_company: bool) -> Question:
        """Give the domain's view of it."""
        history = memory.messages()
        return Question(self.text, self.standalone, self.language, intent, history, max_tokens, about_company)


def understand(asked: Asked, memory: Memory) -> Understood:
    """Follow the asker's language: the wish first, then the text's, then the conversation's, then the reader's."""
    spoken = spoken_in(asked.text)
    language = asked.language or spoken or memory.language or asked.reader
    core = without_opening(asked.text)
    return Understood(asked.text, core, followup.standalone(core, spoken or language, memory), language)


@lru_cache(maxsize=2048)
def spoken_in(text: str) -> Language | None:
    """Return the text's language; None when it has too few letters to tell (an order number, "OK?")."""
    letters = _LETTERS.findall(text)
    if len(letters) < 2 or (len(letters) < 4 and text.isascii()):
        return None
    return detect(text)
