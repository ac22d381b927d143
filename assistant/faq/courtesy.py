"""The polite wrapping of a question, which the guards must not take for content."""

from __future__ import annotations

import re
from functools import lru_cache

from retrieval.normalise import fold

_ENGLISH = re.compile(
    r"(?<![a-z0-9_'])(?:hi|hello|hey|good (?:morning|afternoon|evening)|dear (?:team|support|sir|madam)|excuse me"
    r"|sorry to bother you"
    r"|thanks(?: a lot| so much| in advance)?|thank you(?: very much| so much| in advance)?|many thanks|cheers|please"
    r"|(?:just )?(?:a )?(?:quick|short|small) question|i have a question|just wondering|i (?:was|am|m) wondering"
    r"|(?:can|could|would|will) you (?:please )?(?:tell me|explain|let me know|help me|say)|(?:please )?tell me"
    r"|let me know"
    r"|id (?:like|love) to know|i (?:would like|want|need|wish) to (?:know|ask|find out)|do you know|any idea|asap)"
    r"(?![a-z0-9_'])"  # no \b: a Han character is a letter to it, and "hi请问" would hold no word
)
_CHINESE = re.compile(
    r"你好|您好|大家好|嗨|哈喽|在吗|有人吗|打扰(?:了|一下|下)?|麻烦(?:问|您|你)?(?:一下|下)?|劳驾|不好意思|请教(?:一下|下)?"
    r"|(?:我)?想?(?:请问|咨询|问问|询问|问)(?:一下|下)?|(?:我)?想(?:知道|了解)(?:一下|下)?|(?:请)?(?:告诉|告知|帮)我(?:一下|下)?"
    r"|谢谢(?:你|您|了|啦)?|多谢(?:了)?|感谢(?:您|你)?|辛苦(?:了)?|急{2,}|在线等"
)


_OPENING = re.compile(
    r"(?:hi|hello|hey|good (?:morning|afternoon|evening)|dear (?:team|support|sir|madam)|excuse me|sorry to bother you"
    r"|(?:just )?a? ?(?:quick|short|small) question|i have a question|please|just wondering"
    r"|(?:can|could|would|will) you (?:please )?(?:tell me|let me know)|(?:please )?tell me|do you know"
    r"|i(?:['’]d| would) (?:like|love) to (?:know|ask)|i (?:want|need) to (?:know|ask))(?: there| all)?(?![a-z0-9_'’-])"
    r"|你好|您好|大家好|嗨|哈喽|客服(?=你好|您好)|在吗|有人吗|打扰(?:了|一下|下)?|麻烦(?:问|您|你)?(?:一下|下)|麻烦问|劳驾|不好意思|请教(?:一下|下)?"
    r"|(?:我)?想?(?:请问|问问|问一下|问下|咨询一下|咨询下)(?:一下|下)?|我想(?:知道|了解|问|咨询)(?:一下|下)?|(?:请)?(?:告诉|告知)我(?:一下|下)?",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"[\s,，、。.!！:：;；~～…-]+")
_HAN, _WORD = re.compile(r"[㐀-鿿]"), re.compile(r"[A-Za-z0-9]+")
_LATIN = re.compile(r"[a-z]")
_SHORT = re.compile(r"\b(what|where|how|who|when|that|it|there)s\b")
"""Folding has taken the apostrophe off."""


def plain(text: str) -> str:
    """Fold a text, take its wrapping off and write "what's" out: texts that are equal then are equal words."""
    return _SHORT.sub(r"\1 is", bare(fold(text)))


def without_opening(text: str) -> str:
    """Take the greeting and "may I ask" off the front of a question as it was typed.

    What is left is what search and meaning are asked for: with a greeting in front a short question is far from itself.
    A greeting with little behind it ("hello everyone", 「你好呀」) stays whole, so that small talk is known as such.
    """
    at = 0
    while (found := _OPENING.match(text, at)) is not None:
        between = _BETWEEN.match(text, found.end())
        at = found.end() if between is None else between.end()
    return text[at:] if says_enough(text[at:]) else text


def says_enough(text: str) -> bool:
    """Say whether a text has words for a question: three of letters, or four Chinese characters."""
    return len(_HAN.findall(text)) / 4 + len(_WORD.findall(text)) / 3 >= 1


def only_courtesy(text: str) -> bool:
    """Say whether nothing is left of a text without greetings and thanks."""
    return not _unwrapped(fold(text)).strip()


@lru_cache(maxsize=8192)
def bare(folded: str) -> str:
    """Take greetings, thanks and "could you tell me" off a folded text; a text of nothing else stays as it is."""
    return " ".join(_unwrapped(folded).split()) or folded


def _unwrapped(folded: str) -> str:
    """Look for the phrases of a language only where its letters are: each of forty is tried at each character."""
    text = _ENGLISH.sub(" ", folded) if _LATIN.search(folded) else folded
    return text if text.isascii() else _CHINESE.sub(" ", text)
