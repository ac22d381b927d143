"""What is asked in a storm: questions that have no content word in common."""

from __future__ import annotations

import hashlib


def question(key: int) -> str:
    """Return the question of an entry; its words are of this entry alone."""
    letters = hashlib.sha256(str(key).encode()).hexdigest().translate(str.maketrans("0123456789", "ghijklmnop"))
    return " ".join(letters[place : place + 8] for place in range(0, 40, 8)) + "?"
