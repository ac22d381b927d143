"""Prompts are files with a version and strict variables (after mini-swe-agent), rendered by one function.

    version: 3
    variables: sources, question
    === system
    You answer for a company ...
    === user
    {{sources}}
    Question: {{question}}

What never changes comes first, so that the server's prefix cache can keep it. A value is inserted as it is: braces in
it are not read again, so a document cannot smuggle a variable in.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast, get_args

from domains.errors import PromptError
from inference.client.types import Message, Role

_VARIABLE = re.compile(r"\{\{(\w+)\}\}")
_ROLE = re.compile(r"^=== (\w+)\s*$", re.MULTILINE)
_HEADER = re.compile(r"^version: (\d+)\nvariables:([ \w,]*)\n\Z")


@dataclass(frozen=True, slots=True)
class Prompt:
    """A parsed prompt file: `parts` are (role, template) in order."""

    version: int
    variables: frozenset[str]
    parts: tuple[tuple[Role, str], ...]


def render(path: Path, **values: str) -> tuple[Message, ...]:
    """Fill the prompt at `path`. Raises PromptError when `values` are not exactly its variables, or it is damaged."""
    prompt = read(path)
    given = frozenset(values)
    if given != prompt.variables:
        missing, extra = sorted(prompt.variables - given), sorted(given - prompt.variables)
        raise PromptError(f"The prompt {path} and its values differ: missing {missing}, not asked for {extra}.")
    return tuple(Message(role, _VARIABLE.sub(lambda m: values[m[1]], text)) for role, text in prompt.parts)


@cache
def fingerprint() -> str:
    """Name the version of all that an answer of the model went through: SHA-256 of files, 64 hexadecimal digits.

    They are the prompts of all domains, and the rules by which answers are checked: one that was kept under older rules
    is not given again under newer ones.
    """
    return _digest(Path(__file__).parent)


def _digest(domains: Path) -> str:
    digest = hashlib.sha256()
    for file in _answering(domains):
        content = file.read_bytes()
        digest.update(f"{file.parent.name}/{file.name}:{len(content)}\n".encode() + content)
    return digest.hexdigest()


def _answering(domains: Path) -> list[Path]:
    """List what an answer goes through; the generator of tests is not among it."""
    patterns = ("*.py", "*/*.py", "evidence/*.json", "*/prompts/*.md")
    return sorted({file for pattern in patterns for file in domains.glob(pattern)})


@cache
def read(path: Path) -> Prompt:
    """Parse a prompt file, once. Raises PromptError."""
    try:
        text = path.read_text(encoding="utf-8").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError) as unreadable:
        raise PromptError(f"The prompt {path} cannot be read: {unreadable}") from unreadable
    head, *pieces = _ROLE.split(text)
    header = _HEADER.match(head)
    if header is None or not pieces:
        raise PromptError(
            f"The prompt {path} must begin with 'version: N' and 'variables: a, b', then '=== role' parts."
        )
    parts = tuple(zip(pieces[::2], (body.strip() for body in pieces[1::2]), strict=True))
    _check(path, {name.strip() for name in header[2].split(",") if name.strip()}, parts)
    declared = frozenset(_VARIABLE.findall("".join(body for _, body in parts)))
    return Prompt(int(header[1]), declared, tuple((cast(Role, role), body) for role, body in parts))


def _check(path: Path, declared: set[str], parts: tuple[tuple[str, str], ...]) -> None:
    used = {name for _, body in parts for name in _VARIABLE.findall(body)}
    if used != declared:
        raise PromptError(f"The prompt {path} declares {sorted(declared)} and uses {sorted(used)}; make them agree.")
    unknown = {role for role, _ in parts} - set(get_args(Role))
    if unknown:
        raise PromptError(f"The prompt {path} has parts for {sorted(unknown)}; roles are {', '.join(get_args(Role))}.")
