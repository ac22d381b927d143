"""A folder on this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from assistant.errors import InvalidInput, Text
from assistant.knowledge.imports import manifest
from assistant.knowledge.imports.formats import not_a_document
from assistant.knowledge.imports.given import Given
from assistant.knowledge.imports.texts import refused, skipped
from assistant.knowledge.imports.types import Contents, Found, NotTaken
from retrieval.config import LoaderLimits

CLUTTER = frozenset({"__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini"})


class Folder:
    """All files below a folder, hidden ones and links left out."""

    version = ""

    def __init__(self, root: Path, *, name: str | None = None) -> None:
        """Raises InvalidInput (`no_such_folder`)."""
        if not root.is_dir():
            raise InvalidInput(
                Text(en=f"There is no folder {root}.", zh=f"文件夹 {root} 不存在。"), code="no_such_folder"
            )
        self._root = root.resolve()
        self._limit = LoaderLimits().bytes
        self.name = f"folder:{name or self._root}"

    def given(self) -> Mapping[str, Given | NotTaken]:
        """What the manifest says."""
        return manifest.first(self._manifest)

    def list(self) -> Iterator[Found]:
        """All files, by path."""
        yield from self._below("")

    def read(self, path: str, stamp: Mapping[str, str]) -> Contents:  # noqa: ARG002 - Place
        """Read a file, also one with the size and time of last time: times lie, checksums do not."""
        try:
            descriptor = os.open(self._root / path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with os.fdopen(descriptor, "rb") as file:
                data = file.read(self._limit + 1)
        except OSError as error:
            raise refused("unreadable", reason=error.strerror or str(error)) from error
        if len(data) > self._limit:
            raise refused("too_large", limit=f"{self._limit // 2**20} MiB")
        return Contents(path.rpartition("/")[2], data)

    def _below(self, folder: str) -> Iterator[Found]:
        try:
            entries = sorted(os.scandir(self._root / folder), key=lambda entry: entry.name)
        except OSError as error:
            yield Found(folder, refused("unreadable", reason=error.strerror or str(error)))
            return
        for entry in entries:
            path = folder + entry.name
            if entry.name.startswith(".") or entry.name in CLUTTER or path in manifest.NAMES:
                continue
            if entry.is_symlink():
                yield Found(path, skipped("link"))
            elif entry.is_dir():
                yield from self._below(path + "/")
            elif entry.is_file():
                yield Found(path, not_a_document(path))

    def _manifest(self, name: str) -> bytes | None:
        path = self._root / name
        return path.read_bytes() if path.is_file() else None
