"""What `POST /api/v1/code` takes, checked."""

from __future__ import annotations

import uuid
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from assistant.api.testinputs import MAX_FILES, MAX_SOURCE, is_plain
from assistant.errors import InvalidInput, Text, TooLarge, Unprocessable
from domains.codegen.coding.context import MOST_TOKENS
from domains.codegen.coding.work import Wish
from domains.codegen.languages import FRAMEWORKS, language_of
from domains.types import Language
from inference.client.types import Message

DEFAULT_TOKENS = {"complete": 1_000, "edit": MOST_TOKENS, "explain": MOST_TOKENS, "fix": 2_000}
"""Tokens of context, if left out: a completion is waited for while typing, a fix asks several times."""


class CodeInput(BaseModel):
    """Body of `POST /api/v1/code`. Lines and columns count from 1."""

    model_config = ConfigDict(extra="forbid")

    task: Annotated[Literal["complete", "edit", "explain", "fix"], Field(description="What is to be done.")]
    files: Annotated[dict[str, str], Field(min_length=1, max_length=MAX_FILES, description="Texts by relative path.")]
    target: Annotated[str, Field(max_length=400, description="The path in `files` to work on.")]
    line: Annotated[int, Field(ge=1)] = 1
    column: Annotated[int, Field(ge=1, description="A completion goes in front of it.")] = 1
    end_line: Annotated[int | None, Field(ge=1, description="Last line meant; else the definition around `line`.")] = (
        None
    )
    instruction: Annotated[str, Field(max_length=3_000, description="What to change, or what is asked.")] = ""
    test_file: Annotated[str, Field(max_length=400, description="fix: the path in `files` of the failing test.")] = ""
    test: Annotated[
        str, Field(max_length=200, description="fix: its name, or its title; else the first that fails.")
    ] = ""
    conversation_id: Annotated[uuid.UUID | None, Field(description="From an earlier answer: the next round.")] = None
    language: Annotated[Literal["zh", "en"] | None, Field(description="Language of explanations.")] = None
    context_tokens: Annotated[int | None, Field(ge=0, le=MOST_TOKENS, description="Most context.")] = None
    max_tokens: Annotated[int, Field(ge=16, le=2_048)] = 512
    budget: Annotated[float, Field(ge=5, le=120, description="fix: seconds for asking and running.")] = 60.0
    stream: Annotated[bool | None, Field(description="Server-sent events instead of one JSON object.")] = None

    @model_validator(mode="after")
    def _named(self) -> Self:
        if self.target not in self.files:
            raise ValueError("target must be one of files")
        if self.task == "fix" and (self.test_file not in self.files or self.test_file == self.target):
            raise ValueError("test_file must be one of files, and not the target")
        if self.task == "edit" and not self.instruction.strip():
            raise ValueError("an edit needs an instruction")
        return self

    @property
    def question(self) -> str:
        """The round as a conversation shows it."""
        place = f"{self.target}:{self.line}" + ("" if self.end_line is None else f"-{self.end_line}")
        if self.task == "fix":
            place = f"{self.test_file}::{self.test}" if self.test else self.test_file
        return f"{self.task} {place} {self.instruction}".strip()

    def wish(self, reader: Language, history: tuple[Message, ...]) -> Wish:
        """Return what is to be done. Raises InvalidInput, TooLarge, Unprocessable."""
        if sum(len(text) for text in self.files.values()) > MAX_SOURCE:
            limit = MAX_SOURCE // 1024
            raise TooLarge(Text(f"The sources are larger than {limit} KiB.", f"源代码超过 {limit} KiB。"))
        for name in self.files:
            if not is_plain(name):
                shown = name[:80]
                raise InvalidInput(
                    Text(f"“{shown}” is not a relative path without “..”.", f"“{shown}”不是不含“..”的相对路径。"),
                    code="bad_path",
                )
        if self.task == "fix" and not _fixable(self.target, self.test_file):
            raise Unprocessable(
                Text(
                    "Failing tests are fixed in Python, JavaScript, TypeScript and Java, where the test is written in "
                    "the language of its code; ask for an edit instead.",
                    "目前只能修复 Python、JavaScript、TypeScript 和 Java 的失败测试，且测试与代码须用同一语言；"
                    "请改用编辑（edit）。",
                ),
                code="fix_unsupported",
            )
        tokens = DEFAULT_TOKENS[self.task] if self.context_tokens is None else self.context_tokens
        return Wish(
            self.task, self.files, self.target, self.instruction, self.line, self.column, self.end_line,
            self.test_file, self.test, history, self.language or reader, tokens, self.max_tokens, self.budget,
        )  # fmt: skip


def _fixable(target: str, test_file: str) -> bool:
    """Whether both files are for the same runner."""
    runner = FRAMEWORKS.get(language_of(target) or "")
    return runner is not None and runner == FRAMEWORKS.get(language_of(test_file) or "")
