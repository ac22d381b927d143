"""What a place gives, and what became of each of its files."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from assistant.errors import Text
from assistant.knowledge.imports.given import Given


class What(StrEnum):
    """What became of a file. The first five changed something."""

    ADDED = "added"
    CHANGED = "changed"
    DESCRIBED = "described"
    MOVED = "moved"
    WITHDRAWN = "withdrawn"
    UNCHANGED = "unchanged"
    VANISHED = "vanished"
    DELETED = "deleted"
    DUPLICATE = "duplicate"
    SKIPPED = "skipped"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One file of an import. `code` and `text` say why where it was not simply taken."""

    path: str
    what: What
    code: str = ""
    text: Text | None = None
    document: uuid.UUID | None = None


class NotTaken(Exception):
    """A file of a place is left out: skipped, because it is nothing to read, or refused, because it should have been.

    `text` says why in both languages.
    """

    def __init__(self, what: What, code: str, text: Text) -> None:
        super().__init__(text.en)
        self.what, self.code, self.text = what, code, text


class Gone(Exception):
    """The place says that this file is no longer there."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file that a place lists. `problem` says why it cannot be had at all; a folder with one ends in a slash."""

    path: str
    problem: NotTaken | None = None


@dataclass(frozen=True, slots=True)
class Contents:
    """A file that was read. `stamp` tells its place next time whether it is still the same, without reading it."""

    filename: str
    data: bytes = field(repr=False)
    url: str = ""
    stamp: Mapping[str, str] = field(default_factory=dict)


class Place(Protocol):
    """Where documents come from."""

    @property
    def name(self) -> str:
        """Kind and address, such as `folder:/srv/handbook`: the same at every import."""

    @property
    def version(self) -> str:
        """What this state of the place is called (a commit); empty where it has no name."""

    def given(self) -> Mapping[str, Given | NotTaken]:
        """What a manifest in the place says about files, by path."""

    def list(self) -> Iterable[Found]:
        """List the files, in an order that does not change between imports."""

    def read(self, path: str, stamp: Mapping[str, str]) -> Contents | None:
        """Read a file; None when `stamp`, from the import before, shows that it is the same. Raises NotTaken, Gone."""
