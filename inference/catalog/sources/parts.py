"""An artefact that grows part by part and survives being killed between any two instructions.

`<file>.partial` holds the parts so far, one after the other; `<file>.parts.json` is the journal: size and SHA-256 of
each finished part, replaced atomically after the part's bytes are on disk. Whatever lies beyond the journal is cut
off when work goes on.
"""

import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path

from inference.catalog.checksums import BLOCK, write_atomically


class PartsFile:
    """The growing file and its journal, in `workspace`."""

    def __init__(self, workspace: Path, file: str) -> None:
        self.path = workspace / f"{file}.partial"
        self._journal_path = workspace / f"{file}.parts.json"
        self._journal: list[tuple[int, str]] = []

    def resume(self) -> int:
        """Check what an earlier run left, drop what does not verify, and return how many leading parts are finished."""
        kept: list[tuple[int, str]] = []
        if self.path.exists():
            with self.path.open("rb") as stream:
                for size, sha256 in self._read_journal():
                    digest, left = hashlib.sha256(), size
                    while left and (block := stream.read(min(BLOCK, left))):
                        digest.update(block)
                        left -= len(block)
                    if left or digest.hexdigest() != sha256:
                        break
                    kept.append((size, sha256))
        self._journal = kept
        self._save()
        with self.path.open("ab") as stream:
            stream.truncate(self.size)
        return len(kept)

    @property
    def size(self) -> int:
        """Bytes in finished parts."""
        return sum(size for size, _ in self._journal)

    def append(self, blocks: Iterable[bytes]) -> int:
        """Add one part. Returns its size in bytes; the part counts only once this returns."""
        digest, size = hashlib.sha256(), 0
        with self.path.open("ab") as stream:
            for block in blocks:
                stream.write(block)
                digest.update(block)
                size += len(block)
            stream.flush()
            os.fsync(stream.fileno())
        self._journal.append((size, digest.hexdigest()))
        self._save()
        return size

    def _read_journal(self) -> list[tuple[int, str]]:
        try:
            rows = json.loads(self._journal_path.read_text())
            return [(int(row["bytes"]), str(row["sha256"])) for row in rows]
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return []  # no journal, or one cut short by a full disk: start over

    def _save(self) -> None:
        rows = [{"bytes": size, "sha256": sha256} for size, sha256 in self._journal]
        write_atomically(self._journal_path, json.dumps(rows))
