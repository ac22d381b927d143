"""A git checkout on this machine: the files of the commit it stands at, whatever lies edited in the folder.

Read by git's own plumbing, which runs no hook and no filter of the checkout; fetching from elsewhere is off.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from assistant.errors import InvalidInput, Text
from assistant.knowledge.imports import manifest
from assistant.knowledge.imports.formats import not_a_document
from assistant.knowledge.imports.given import Given
from assistant.knowledge.imports.texts import refused, skipped
from assistant.knowledge.imports.types import Contents, Found, NotTaken
from retrieval.config import LoaderLimits

_LINK, _SUBMODULE = "120000", "160000"
_LFS = b"version https://git-lfs.github.com/spec/"
_SECONDS = 120


class Checkout:
    """The files that git tracks at HEAD, `subfolder` alone if one is given."""

    def __init__(self, folder: Path, *, subfolder: str = "", name: str | None = None) -> None:
        """Raises InvalidInput (`not_a_checkout`)."""
        self._folder = folder
        self.version = self._git("rev-parse", "--verify", "HEAD^{commit}").decode().strip()
        self._prefix = f"{subfolder.strip('/')}/" if subfolder.strip("/") else ""
        self._limit = LoaderLimits().bytes
        self._blobs: dict[str, tuple[str, int]] = {}
        self._found = list(self._listed())
        where = f"{name or self._address()}"
        self.name = f"git:{where}" + (f"//{self._prefix.rstrip('/')}" if self._prefix else "")

    def given(self) -> Mapping[str, Given | NotTaken]:
        """What the manifest in the commit says."""
        return manifest.first(self._manifest)

    def list(self) -> Iterator[Found]:
        """All files, by path."""
        return iter([found for found in self._found if found.path not in manifest.NAMES])

    def read(self, path: str, stamp: Mapping[str, str]) -> Contents | None:
        """Read a file of the commit; None when git knows it by the same name as last time."""
        blob, size = self._blobs[path]
        if stamp.get("blob") == blob:
            return None
        if size > self._limit:
            raise refused("too_large", limit=f"{self._limit // 2**20} MiB")
        try:
            data = self._git("cat-file", "blob", blob)
        except InvalidInput as error:
            raise refused("unreadable", reason=str(error)) from error
        if data.startswith(_LFS):
            raise refused("lfs_pointer")
        return Contents(path.rpartition("/")[2], data, stamp={"blob": blob})

    def _listed(self) -> Iterator[Found]:
        tree = f"HEAD:{self._prefix.rstrip('/')}" if self._prefix else "HEAD"
        for line in self._git("ls-tree", "-r", "-z", "--long", "--full-tree", tree).split(b"\0"):
            if not line:
                continue
            facts, _, raw = line.partition(b"\t")
            mode, _, blob, size = facts.decode().split()
            path = raw.decode("utf-8", "replace")
            if any(part.startswith(".") for part in path.split("/")):
                continue
            if mode in (_LINK, _SUBMODULE):
                yield Found(path, skipped("link" if mode == _LINK else "submodule"))
                continue
            self._blobs[path] = (blob, int(size))
            yield Found(path, None if path in manifest.NAMES else not_a_document(path))

    def _address(self) -> str:
        """Where it was cloned from, without name and password; else the folder."""
        try:
            remote = self._git("config", "--get", "remote.origin.url").decode().strip()
        except InvalidInput:
            remote = ""
        parts = urlsplit(remote)
        if parts.scheme and parts.hostname:
            return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
        return remote or str(self._folder.resolve())

    def _manifest(self, name: str) -> bytes | None:
        return self._git("cat-file", "blob", self._blobs[name][0]) if name in self._blobs else None

    def _git(self, *words: str) -> bytes:
        command = ["git", "-c", "protocol.allow=never", "-C", str(self._folder), *words]
        try:
            done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise _not_a_checkout(self._folder, str(error)) from error
        if done.returncode != 0:
            raise _not_a_checkout(self._folder, done.stderr.decode(errors="replace").strip()[:300])
        return done.stdout


def _not_a_checkout(folder: Path, reason: str) -> InvalidInput:
    return InvalidInput(
        Text(
            en=f"{folder} cannot be read as a git checkout with a commit ({reason}).",
            zh=f"{folder} 不是含有提交的 Git 检出目录（{reason}）。",
        ),
        code="not_a_checkout",
    )
