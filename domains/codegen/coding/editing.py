"""Text of the model into text of a file: out of its fence, without what is there already, at the file's indentation."""

from __future__ import annotations

import re

_FENCE = re.compile(r"^(?P<fence>`{3,})[^\n]*\n(?P<code>.*?)(?:^(?P=fence)[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)


def block(answer: str) -> str:
    """Return the first fenced block of an answer, else all of it; without blank lines around."""
    found = _FENCE.search(answer)
    return (found["code"] if found is not None else answer).strip("\n").rstrip()


def replaced(source: str, start: int, end: int, code: str) -> str:
    """Put code in the place of lines `start` to `end` (from 1, inclusive), at the indentation that is there."""
    lines = source.splitlines(keepends=True)
    old = "".join(lines[start - 1 : end])
    fitted = _indented(code, _indent(old))
    return "".join([*lines[: start - 1], fitted if fitted.endswith("\n") else f"{fitted}\n", *lines[end:]])


def inserted(source: str, line: int, column: int, code: str) -> tuple[str, str]:
    """Put code at a place; return the file, and what was put there: the model often repeats what is around it."""
    lines = source.splitlines(keepends=True) or [""]
    row = min(max(line, 1), len(lines)) - 1
    rest = lines[row].rstrip("\r\n")
    at = min(max(column, 1) - 1, len(rest))
    offset = sum(len(one) for one in lines[:row]) + at
    before, after = source[:offset], source[offset:]
    text = _without_start(code, rest[:at])
    text = _without_end(text, after)
    return before + text + after, text


def enclosing(names: list[tuple[int, int]], line: int, count: int) -> tuple[int, int]:
    """Return the smallest of some spans around a line, else the whole file."""
    around = [span for span in names if span[0] <= line <= span[1]]
    return min(around, key=lambda span: span[1] - span[0], default=(1, max(count, 1)))


def _without_start(code: str, before: str) -> str:
    """Drop what repeats the line in front of the cursor."""
    stripped = before.strip()
    first, _, rest = code.partition("\n")
    if stripped and first.strip().startswith(stripped):
        first = first.strip()[len(stripped) :]
        first = first.lstrip() if before.endswith((" ", "\t")) else first
        return first + ("\n" + rest if rest else "")
    return code.lstrip() if not stripped else code


def _without_end(code: str, after: str) -> str:
    """Drop the longest end that repeats the text behind the cursor."""
    following = after.lstrip("\n")
    for size in range(min(len(code), len(following)), 2, -1):
        if code.endswith(following[:size]) and (following[:size].endswith("\n") or size == len(following.rstrip())):
            return code[:-size]
    line = following.split("\n", 1)[0].rstrip()
    return code[: -len(line)] if line and not after.startswith("\n") and code.endswith(line) else code


def _indent(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return min((re.match(r"[ \t]*", line)[0] for line in lines), key=len, default="")  # type: ignore[index]


def _indented(code: str, wanted: str) -> str:
    there = _indent(code)
    lines = code.splitlines()
    return "\n".join(wanted + line[len(there) :] if line.strip() else "" for line in lines)
