"""How a test names types of the library, and what it imports for them."""

from __future__ import annotations

import re
from collections.abc import Iterable

LIBRARY = {
    **dict.fromkeys(("BigDecimal", "BigInteger"), "java.math"),
    **dict.fromkeys(("Duration", "Instant", "LocalDate", "LocalDateTime"), "java.time"),
    **dict.fromkeys(
        (
            "ArrayDeque", "ArrayList", "Arrays", "Comparator", "HashMap", "HashSet", "LinkedHashMap", "LinkedHashSet",
            "LinkedList", "List", "Map", "Optional", "OptionalInt", "PriorityQueue", "Set", "Stack", "TreeMap",
            "TreeSet", "Vector",
        ),
        "java.util",
    ),
    **dict.fromkeys(("IntStream", "Stream"), "java.util.stream"),
}  # fmt: skip
"""Packages of types that values are made of, by their plain names."""

RESERVED = frozenset(
    (
        "abstract", "assert", "boolean", "break", "byte", "case", "catch", "char", "class", "const", "continue",
        "default", "do", "double", "else", "enum", "extends", "false", "final", "finally", "float", "for", "goto", "if",
        "implements", "import", "instanceof", "int", "interface", "long", "native", "new", "null", "package", "private",
        "protected", "public", "return", "short", "static", "strictfp", "super", "switch", "synchronized", "this",
        "throw", "throws", "transient", "true", "try", "void", "volatile", "while",
    )
)  # fmt: skip
"""Words that name no variable."""


def types_in(code: str) -> set[str]:
    """Return the plain names of types in a piece of code, but not what is within another or in a text."""
    return set(re.findall(r"(?<![\w.$])[A-Z]\w*", re.sub(r'"(?:[^"\\]|\\.)*"', "", code)))


def known(code: str, own: Iterable[str]) -> dict[str, str]:
    """Return full names of the library's types that code names; `own` are classes that hide them."""
    return {name: f"{LIBRARY[name]}.{name}" for name in sorted(types_in(code) & LIBRARY.keys() - set(own))}


class Imported:
    """Names that tests of one file use for types beside those; two that read alike are told apart by full names."""

    def __init__(self, own: Iterable[str]) -> None:
        self._taken = dict.fromkeys(own, "")

    def name(self, full: str, package: str) -> tuple[str, str]:
        """Return how a type is written in a test of a package, and what is imported for it, if anything."""
        found = re.fullmatch(r"((?:[a-z_]\w*\.)+)([A-Z]\w*)((?:\.\w+)*)", full)
        if found is None:
            return full, ""
        place, head, within = found.groups()
        if place in {"java.lang.", f"{package}."}:
            return f"{head}{within}", ""
        if self._taken.setdefault(head, place) != place:
            return full, ""
        return f"{head}{within}", f"{place}{head}"
