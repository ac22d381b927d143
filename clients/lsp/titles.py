"""The tests of Jest by their titles and of JUnit by their methods, as the server takes them for a fix.

A scan of the text, not a parse: it works while one types.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from clients.lsp.braces import blanked, closing, title_at

_MOST_NAME = 200
"""The server takes a name of this length; a longer title is told by its last words."""
_CALL = re.compile(r"(?<![\w$.])(describe|test|it)((?:\.[a-z]+)*)(?:<[^()]*?>)?\s*\(")
_RUNS = re.compile(r"(?:\.(?:only|concurrent|failing))*(?:\.each)?")
_MARK = re.compile(r"@(?:[\w.]+\.)?(?:Test|ParameterizedTest|RepeatedTest|TestFactory)\b")
_STEP = re.compile(r"\s*(?:(@[\w.]+)|([\w$.<>\[\],?&]+)|\()")
_BLANK = re.compile(
    r"/\*[\s\S]*?(?:\*/|$)|(?<!:)//[^\n]*"
    # a regular expression, and what must stand before one
    r"|((?:=>|[(,=:\[!&|?{;+*%~^]|\b(?:return|typeof|case|of|in|await|yield)\b)\s*)"
    r"/(?![*/])(?:\\[^\n]|\[(?:\\[^\n]|[^\]\\\n])*\]|[^/\\\[\n])+/"
    # an apostrophe in the text of JSX begins no string
    r"|(?<![\w$])(?:\"(?:\\[\s\S]|[^\"\\\n])*\"|'(?:\\[\s\S]|[^'\\\n])*')"
    # templates with templates in them
    r"|`(?:\\[\s\S]|[^`\\$]|\$(?!\{)|\$\{(?:[^{}`]|`(?:\\[\s\S]|[^`\\])*`|\{[^{}`]*\})*\})*`|`(?:\\[\s\S]|[^`\\])*`"
)


@dataclass(frozen=True, slots=True)
class _Span:
    """A test or block in a text; `end` belongs to it."""

    name: str
    start: int
    end: int


def titled_at(text: str, line: int, language: str) -> str | None:
    """Return the test around a line (from 0): a title behind those of its blocks, or the name of a method."""
    lines = text.split("\n")
    if line >= len(lines):
        return None
    start = sum(len(one) + 1 for one in lines[:line])
    end = start + len(lines[line])
    tests = _methods(text) if language == "java" else _titles(text)
    return next((one.name for one in reversed(list(tests)) if one.start <= end and start <= one.end), None)


def _titles(text: str) -> Iterator[_Span]:
    code = _BLANK.sub(lambda one: (one[1] or "") + re.sub(r"[^\n]", " ", one[0][len(one[1] or "") :]), text)
    blocks: list[_Span] = []
    for call in _CALL.finditer(code):
        at = call.end() - 1
        end = closing(code, at)
        rows = re.compile(r"\s*\(").match(code, end + 1) if call[2].endswith(".each") else None
        if rows is not None:
            at = rows.end() - 1
            end = closing(code, at)
        title = title_at(text, at + 1) if re.compile(r"\s*[,)]").match(code, at + 1) else ""
        if call[1] == "describe":
            blocks.append(_Span(title, call.start(), end))
        elif title and _RUNS.fullmatch(call[2]):
            yield _Span(_named([one.name for one in blocks if one.end > call.start()], title), call.start(), end)


def _named(blocks: list[str], title: str) -> str:
    """Join titles from the last block that has none that can be read: the server takes the last words of a name too."""
    known = blocks[len(blocks) - blocks[::-1].index("") :] if "" in blocks else blocks
    name = " ".join([*known, title])
    return name if len(name) <= _MOST_NAME else re.sub(r"^\S*\s+", "", name[-_MOST_NAME:])


def _methods(text: str) -> Iterator[_Span]:
    code = blanked(text)
    for mark in _MARK.finditer(code):
        found = _method_after(code, mark.end())
        if found is not None:
            yield _Span(found[0], _above(code, mark.start()), found[1])


def _method_after(code: str, at: int) -> tuple[str, int] | None:
    """Return the method behind one of its annotations, and its end; others may stand between, and hold brackets."""
    name = ""
    while (step := _STEP.match(code, at)) is not None:
        at = step.end()
        if step[1] is not None:
            name = ""
        elif step[2] is not None:
            name = step[2]
        else:
            at = closing(code, at - 1) + 1
            if name:
                body = re.compile(r"[^;{}]*\{").match(code, at)
                return None if body is None else (name, closing(code, body.end() - 1))
    return None


def _above(code: str, at: int) -> int:
    """Return where the lines with annotations begin, of which one is at a place."""
    start = code.rfind("\n", 0, at) + 1
    while start:
        line = code.rfind("\n", 0, start - 1) + 1
        if re.fullmatch(r"\s*@.*[^{};\s]\s*", code[line:start]) is None:
            break
        start = line
    return start
