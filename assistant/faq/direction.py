"""Who does what to whom: the same words in another order can be another question."""

from __future__ import annotations

import re
from collections import Counter

_FILLER_WORDS = """
a an the is are was were be been am do does did can could will would shall should may might please of it its there this
that these those so just hi hello hey how what which when where why who
"""
_FILLER = frozenset(_FILLER_WORDS.split())
_PERSON = {"me": "i", "mine": "i", "myself": "i", "yours": "you", "us": "we"}
_OWNER = frozenset({"my", "your", "our", "his", "her", "their"})
"""Whose a thing is follows who does it: "I lend my car", "he lends his car"."""
_PERSONS = frozenset({"i", "you", "we", "he", "she", "they", "him", "her", "them"})
_TOKEN = re.compile(r"[a-z0-9][a-z0-9+#.-]*|[\u4e00-\u9fff]")
_HAN_FILLER = frozenset("有的了吗呢吧么啊呀嘛是请我你您想要能可以会怎如何什应该该下")
_HAN_PERSON = frozenset("我你他她您")
_TO_PERSON = re.compile(
    r"\b(?:to|for|from|by) (?:me|us|you|him|her|them)\b"
    r"|(?:给|替|向|对|被|帮|跟)[我你他她您]|[我你他她您](?:可以|能|要|会)?(?:把|给|替|向|对|被|帮)"
)


def swapped(a: str, b: str) -> bool:
    """Say whether two folded texts have the same words in an order that exchanges their roles.

    Moving one block to the other end is how people paraphrase ("密码怎么重置" for "怎么重置密码"), so a rotation is the
    same question; anything else ("人咬狗" for "狗咬人", "from dollars to euros" for "from euros to dollars") is not.
    """
    parties = _two_parties(a) or _two_parties(b)
    first, second = _roles(a, parties=parties), _roles(b, parties=parties)
    if first == second or len(first) < 2 or Counter(first) != Counter(second):
        return False
    if _relates(a) or _relates(b):
        return True
    return not _is_rotation(first, second)


_RELATION = re.compile(
    r"\bfrom\b.*\bto\b|\bto\b.*\bfrom\b|\b(?:than|into|vs|versus)\b|从.+到|由.+到|比|换成|转成|转为|变成|转到"
)


def _relates(text: str) -> bool:
    return bool(_RELATION.search(text))


def _two_parties(text: str) -> bool:
    """Pronouns matter only where two persons meet: "can I pay you" and "can you pay me", "lend it to me"."""
    persons = _PERSONS.intersection(_PERSON.get(token, token) for token in _TOKEN.findall(text))
    return len(persons) > 1 or len(_HAN_PERSON.intersection(text)) > 1 or bool(_TO_PERSON.search(text))


def _roles(text: str, *, parties: bool) -> list[str]:
    # "my team's files" and "my team" name the same party: folding has taken the apostrophe off.
    tokens = [
        _PERSON.get(token, token.removesuffix("s") if len(token) > 3 else token) for token in _TOKEN.findall(text)
    ]
    skip = _FILLER | (_HAN_FILLER - _HAN_PERSON) if parties else _FILLER | _HAN_FILLER | _PERSONS
    return [token for token in tokens if token not in skip and token not in _OWNER]


def _is_rotation(first: list[str], second: list[str]) -> bool:
    doubled = first + first
    return any(doubled[start : start + len(second)] == second for start in range(1, len(first)))
