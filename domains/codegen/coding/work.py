"""What is asked of the code assistant and what it gives."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from domains.codegen.coding.context import MOST_TOKENS
from domains.codegen.coding.syntax import Fault
from domains.types import Language
from inference.client.types import Message, Usage

Task = Literal["complete", "edit", "explain", "fix"]
Wrong = Literal["code", "test", "fixture", "unclear", "nothing"]


@dataclass(frozen=True, slots=True)
class Wish:
    """A task at a place of a file. Lines and columns count from 1; a completion goes in front of `column`.

    `test_file` and `test` name the failing test of a fix. `language` is that of explanations.
    """

    task: Task
    files: Mapping[str, str]
    target: str
    instruction: str = ""
    line: int = 1
    column: int = 1
    end_line: int | None = None
    test_file: str = ""
    test: str = ""
    history: tuple[Message, ...] = ()
    language: Language = "en"
    context_tokens: int = MOST_TOKENS
    max_tokens: int = 512
    budget_s: float = 60.0

    @property
    def source(self) -> str:
        """The file that is worked on."""
        return self.files[self.target]


@dataclass(frozen=True, slots=True)
class Seen:
    """A passage that the model saw."""

    path: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What seems wrong, and why; `by` says whether that rests on what was run and written, or on the model's word."""

    wrong: Wrong
    why: str
    by: Literal["evidence", "model"]


@dataclass(frozen=True, slots=True)
class Change:
    """A file as it would be; `diff` is unified."""

    path: str
    text: str
    diff: str


@dataclass(frozen=True, slots=True)
class Worked:
    """What came of it. `executed` is true where the change was run, and `passed` in how many of how many runs.

    `faults` are places of the changed file that do not parse and did parse before.
    """

    task: Task
    text: str
    change: Change | None = None
    faults: tuple[Fault, ...] = ()
    context: tuple[Seen, ...] = ()
    context_tokens: int = 0
    executed: bool = False
    passed: tuple[int, int] | None = None
    verdict: Verdict | None = None
    unknown_names: tuple[str, ...] = ()
    rounds: int = 1
    usage: Usage | None = None


def change(path: str, before: str, after: str) -> Change:
    """Describe a change of a file."""
    lines = difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), f"a/{path}", f"b/{path}"
    )
    return Change(path, after, "".join(line if line.endswith("\n") else f"{line}\n" for line in lines))
