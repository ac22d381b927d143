"""Sentences that the domains say themselves, in both languages."""

from __future__ import annotations

from dataclasses import dataclass

from domains.types import Language, Refusal


@dataclass(frozen=True, slots=True)
class Saying:
    """One sentence in both languages."""

    en: str
    zh: str

    def of(self, language: Language) -> str:
        """Return the sentence in `language`."""
        return self.zh if language == "zh" else self.en


NO_EVIDENCE = Saying(
    "I could not find this in the documents I may use, so I will not guess. Would you like to talk to a person?",
    "我在可用的资料里没有找到答案，所以不作猜测。需要为您转接人工吗？",
)
UNGROUNDED = Saying(
    "I could not tie an answer to the sources I found, so I will not show one. Would you like to talk to a person?",
    "我无法把答案与找到的资料一一对应，因此不予展示。需要为您转接人工吗？",
)
CUT = Saying("(The answer was cut at its longest length.)", "（回答已达到长度上限，此处截断。）")


def refuse(code: str, saying: Saying, language: Language) -> Refusal:
    """Make a refusal that offers a human."""
    return Refusal(code=code, reason=saying.of(language), offer_human=True)
