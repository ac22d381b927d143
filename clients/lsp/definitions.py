"""Functions, classes and methods of a JavaScript, TypeScript or Java text: a scan that works while one types."""

from __future__ import annotations

import re
from collections.abc import Iterator

from clients.lsp.braces import blanked, closing
from clients.lsp.symbols import Symbol

_EXPORTED = r"(?:export\s+)?(?:default\s+)?"
_FUNCTION = re.compile(rf"^\s*{_EXPORTED}(?:async\s+)?function\s*\*?\s*(?P<name>[\w$]+)")
_CLASS = re.compile(rf"^\s*{_EXPORTED}(?:abstract\s+)?class\s+(?P<name>[\w$]+)")
_CONSTANT = re.compile(
    r"^\s*(?:export\s+)?(?:const|let|var)\s+(?P<name>[\w$]+)\s*(?::[^=]+)?="
    r"\s*(?:async\s*)?(?:function\b|\([^)]*\)\s*(?::[^=]+)?=>|[\w$]+\s*=>)"
)
_METHOD = re.compile(
    r"^\s*(?:public\s+)?(?:static\s+)?(?:async\s+)?\*?\s*(?P<name>[A-Za-z$][\w$]*)\s*(?:<[^>]*>)?\([^;]*\{"
)
_JAVA_CLASS = re.compile(r"^\s*(?:(?:public|abstract|final|sealed|static)\s+)*(?:class|record|enum)\s+(?P<name>\w+)")
_JAVA_METHOD = re.compile(
    r"^\s*(?:(?:public|static|final|synchronized)\s+)+(?:<[^>]*>\s*)?[\w.<>\[\], ?]+\s+(?P<name>\w+)\s*\([^;]*\{"
)
_NO_METHOD = frozenset({"constructor", "if", "for", "while", "switch", "catch", "function", "return"})


def definitions(text: str, language: str) -> list[Symbol]:
    """Return those at the top, and the methods of classes, in their order."""
    return list(_found(blanked(text).split("\n"), language == "java"))


def _found(lines: list[str], java: bool) -> Iterator[Symbol]:
    """Depth 0 holds functions and classes, depth 1 the methods of a class."""
    tops, method = ((_JAVA_CLASS,), _JAVA_METHOD) if java else ((_FUNCTION, _CLASS, _CONSTANT), _METHOD)
    depth, owner = 0, ""
    for number, line in enumerate(lines):
        if depth == 0:
            match = next((found for found in (top.match(line) for top in tops) if found), None)
            owner = match["name"] if match and match.re in {_CLASS, _JAVA_CLASS} else ""
            if match:
                yield Symbol(match["name"], number, _end(lines, number))
        elif depth == 1 and owner:
            match = method.match(line)
            if match and match["name"] not in _NO_METHOD:
                yield Symbol(f"{owner}.{match['name']}", number, _end(lines, number))
        depth = max(0, depth + line.count("{") - line.count("}"))


def _end(lines: list[str], start: int) -> int:
    """Return the line in which the body closes, or a definition without one ends."""
    code = "\n".join(lines[start:])
    brace, stop = code.find("{"), code.find(";")
    if brace < 0 or 0 <= stop < brace:
        return start + code.count("\n", 0, max(stop, 0))
    return start + code.count("\n", 0, closing(code, brace))
