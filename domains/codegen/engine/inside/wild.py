"""Values by chance, wider than what a search tries: a law has to hold on them too."""

from __future__ import annotations

import random
import string

ALPHABETS = {
    "any": string.ascii_letters + string.digits + string.punctuation + " \t\n" * 6 + "\x00éßñİ中文日🙂\u0301",
    "printed": string.ascii_letters + string.digits + string.punctuation + " ",
    "letters": string.ascii_letters,
    "lower": string.ascii_lowercase,
    "upper": string.ascii_uppercase,
    "digits": string.digits,
}
"""Alphabets that a text may be drawn from, the widest first."""
_SIZES = (10, 1000, 10**6, 10**12)


def wild(kind: str, chance: random.Random, alphabet: str = "any") -> str | None:
    """Return the source of a value of a kind (see pools.KINDS); None for kinds that are not drawn."""
    make = {
        "int": lambda: repr(_whole(chance)),
        "float": lambda: repr(round(chance.uniform(-1, 1) * chance.choice(_SIZES[:3]), chance.randint(0, 6))),
        "str": lambda: repr(_text(chance, alphabet)),
        "bytes": lambda: repr(_octets(chance)),
        "list_int": lambda: repr([_whole(chance) for _ in range(chance.randint(0, 8))]),
        "list_str": lambda: repr([_text(chance, alphabet) for _ in range(chance.randint(0, 5))]),
    }.get(kind)
    return None if make is None else make()


def _whole(chance: random.Random) -> int:
    size = chance.choice(_SIZES)
    return chance.randint(-size, size)


def _octets(chance: random.Random) -> bytes:
    return chance.randbytes(chance.randint(0, 12)) if chance.random() < 0.5 else _text(chance, "printed").encode()


def _text(chance: random.Random, alphabet: str) -> str:
    """Draw from the whole alphabet, or from two letters of it and a blank: what repeats is what breaks most laws."""
    letters = ALPHABETS[alphabet]
    if chance.random() < 0.4:
        letters = chance.choice(letters) + chance.choice(letters) + (" " if " " in letters else "")
    return "".join(chance.choice(letters) for _ in range(chance.choice((0, 1, 2, 3, 5, 8, 20))))
