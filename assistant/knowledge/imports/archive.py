"""A zip. Nothing is unpacked to disk: names are only names, and each member is read under limits."""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from lzma import LZMAError
from pathlib import Path, PurePosixPath
from typing import IO

from assistant.errors import InvalidInput, Text
from assistant.knowledge.imports import manifest
from assistant.knowledge.imports.folder import CLUTTER
from assistant.knowledge.imports.formats import not_a_document
from assistant.knowledge.imports.given import Given
from assistant.knowledge.imports.texts import refused, skipped
from assistant.knowledge.imports.types import Contents, Found, NotTaken
from retrieval.config import LoaderLimits

MIB = 2**20
_UTF8_NAME = 0x800
_ENCRYPTED = 0x1
_DAMAGES = (zipfile.BadZipFile, zlib.error, LZMAError, EOFError, OSError, NotImplementedError, RuntimeError)


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """Bytes of one file and of all together, members, and how many times its packed size a file may unpack to."""

    file: int = LoaderLimits().bytes
    total: int = 4 * 1024 * MIB
    members: int = 50_000
    ratio: int = LoaderLimits().ratio


class Archive:
    """The files of a zip. `name` tells archives apart: two of one name are two states of one place."""

    version = ""

    def __init__(self, file: Path | IO[bytes], name: str, limits: ArchiveLimits | None = None) -> None:
        """Raises InvalidInput (`not_a_zip`)."""
        self.name = f"zip:{name}"
        self._limits = limits or ArchiveLimits()
        self._left = self._limits.total
        try:
            self._zip = zipfile.ZipFile(file)
        except FileNotFoundError:
            raise
        except _DAMAGES as error:
            raise InvalidInput(
                Text(en=f"{name} is not a zip, or it is damaged.", zh=f"{name} 不是 zip 文件，或已损坏。"),
                code="not_a_zip",
            ) from error
        if len(self._zip.infolist()) > self._limits.members:
            raise InvalidInput(
                Text(
                    en=f"{name} has more than {self._limits.members} files. Split it.",
                    zh=f"{name} 中的文件超过 {self._limits.members} 个，请拆分。",
                ),
                code="too_many_files",
            )
        self._members: dict[str, zipfile.ZipInfo] = {}
        self._found = sorted(self._listed(), key=lambda found: found.path)

    def given(self) -> Mapping[str, Given | NotTaken]:
        """What the manifest at the top says."""
        return manifest.first(self._manifest)

    def list(self) -> Iterator[Found]:
        """All files, by path."""
        return iter([found for found in self._found if found.path not in manifest.NAMES])

    def read(self, path: str, stamp: Mapping[str, str]) -> Contents:  # noqa: ARG002 - Place
        """Unpack a file in memory, never beyond the limits, whatever the archive says about its size."""
        member = self._members[path]
        most = min(self._limits.file, self._limits.ratio * max(member.compress_size, 4096), self._left)
        try:
            with self._zip.open(member) as file:
                data = file.read(most + 1)
        except _DAMAGES as error:
            raise refused("damaged") from error
        self._left -= min(len(data), self._left)
        if len(data) > most:
            raise self._too_much(most)
        return Contents(PurePosixPath(path).name, data)

    def _too_much(self, most: int) -> NotTaken:
        if most == self._limits.file:
            return refused("too_large", limit=f"{most // MIB} MiB")
        if self._left == 0:
            return refused("too_much", limit=f"{self._limits.total // MIB} MiB")
        return refused("bomb", limit=self._limits.ratio)

    def _listed(self) -> Iterator[Found]:
        for member in self._zip.infolist():
            path = name_of(member).replace("\\", "/")
            if member.is_dir() or path.endswith("/") or _is_clutter(path):
                continue
            problem = _problem(member, path) or (None if path in manifest.NAMES else not_a_document(path))
            if problem is None and path in self._members:
                problem = refused("same_name_twice")
            if problem is None:
                self._members[path] = member
            yield Found(path, problem)

    def _manifest(self, name: str) -> bytes | None:
        if name not in self._members:
            return None
        return self.read(name, {}).data


def name_of(member: zipfile.ZipInfo) -> str:
    """Read a member's name in the encoding it was most likely written in.

    The standard knows UTF-8 (marked by a bit) and the code page 437. Chinese Windows writes GB18030, and some programs
    write UTF-8, without a mark. Bytes that are valid in both Chinese and western readings are taken as Chinese when
    most of their characters are everyday ones (GB 2312).
    """
    name = member.orig_filename.partition("\0")[0]
    if member.flag_bits & _UTF8_NAME or name.isascii():
        return name
    raw = name.encode("cp437")
    for encoding in ("utf-8", "gb18030"):
        try:
            read = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "utf-8" or _everyday(read):
            return read
    return name


def _everyday(text: str) -> bool:
    foreign = [character for character in text if not character.isascii()]
    return 2 * sum(_in_gb2312(character) for character in foreign) > len(foreign)


def _in_gb2312(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _is_clutter(path: str) -> bool:
    parts = path.split("/")
    return any(part in CLUTTER or (part.startswith(".") and part.strip(".")) for part in parts)


def _problem(member: zipfile.ZipInfo, path: str) -> NotTaken | None:
    parts = path.split("/")
    if path.startswith("/") or ".." in parts or (len(parts[0]) == 2 and parts[0].endswith(":")):
        return refused("unsafe_path")
    if stat.S_ISLNK(member.external_attr >> 16):
        return skipped("link")
    if member.flag_bits & _ENCRYPTED:
        return refused("encrypted")
    return None
