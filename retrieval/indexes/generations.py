"""Generations on disk: build beside, verify, switch `CURRENT` by an atomic rename, keep two, fall back when damaged.

After Lucene's segments files and LevelDB's CURRENT. mem0 issue 7117 is what this prevents: vectors and ids saved
one after the other, a crash between them, and one user's memory returned to another.
"""

from __future__ import annotations

import logging
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path

from retrieval.errors import IndexDamaged, IndexNotWritten
from retrieval.indexes.chunk_table import ChunkTableWriter
from retrieval.indexes.durable import exclusive, replace_text, sha256, sync, sync_tree
from retrieval.indexes.faiss import save_base, train_base
from retrieval.indexes.generation import CHUNKS, COARSE, LEXICAL, VECTORS, Generation, folder_name, open_generation
from retrieval.indexes.manifest import FORMAT, MANIFEST, FileFact, Manifest, read_manifest
from retrieval.indexes.sentence_files import SentenceFiles
from retrieval.indexes.vector_file import VectorFile, open_vectors
from retrieval.lexical.segment import SegmentBuilder
from retrieval.passage import searchable
from retrieval.types import Upsert

CURRENT = "CURRENT"
_FOLDER = re.compile(r"^gen-(\d{6,})$")
_KEPT = 2
_log = logging.getLogger(__name__)

Progress = Callable[[int], None]


class GenerationStore:
    """The generations below `root`. Builders exclude each other, also between processes; readers need no lock."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def build(
        self,
        upserts: Iterable[Upsert],
        sequence: int,
        encoder_name: str,
        progress: Progress | None = None,
        *,
        dimension: int = 384,
    ) -> Generation:
        """Write all chunks as a new generation, verify it, make it current, drop all but the last two.

        `progress` is told how many chunks are written; `dimension` counts only when there are none.
        Raises IndexNotWritten; the generation before stays current then, and nothing half-written stays.
        """
        try:
            self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
            with exclusive(self._root / ".lock"):
                self._sweep()
                number = max(self.numbers(), default=0) + 1
                return self._build(number, upserts, sequence, encoder_name, progress, dimension)
        except (OSError, sqlite3.Error, IndexDamaged) as error:
            raise IndexNotWritten(
                f"no new index below {self._root} ({error}): free some disk and build again; the old one stays live"
            ) from error

    def numbers(self) -> list[int]:
        """Numbers of the generations there are, damaged ones included, in order."""
        if not self._root.is_dir():
            return []
        return sorted(int(match[1]) for path in self._root.iterdir() if (match := _FOLDER.match(path.name)))

    def current_number(self) -> int | None:
        """Number that CURRENT names, without looking further; for those who wait for a switch."""
        try:
            return int(_FOLDER.fullmatch((self._root / CURRENT).read_text("utf-8").strip())[1])  # type: ignore[index]
        except (OSError, TypeError, ValueError):
            return None

    def current_manifest(self) -> Manifest | None:
        """What the current generation says about itself, its files unread; None when nothing was ever built.

        For those who only ask how far it goes. Raises IndexDamaged.
        """
        number = self.current_number()
        return None if number is None else read_manifest(self._root / folder_name(number))

    def current(self) -> Generation | None:
        """Open the current generation; a damaged one is passed over for the newest whole one.

        None when nothing was ever built. Raises IndexDamaged when there are generations, and none is whole.
        """
        numbers = self.numbers()
        named = self.current_number()
        order = sorted(numbers, key=lambda number: (number == named, number), reverse=True)
        for number in order:
            try:
                return self.verify(number)
            except IndexDamaged as error:
                _log.warning("index generation passed over: %s", error)
        if numbers:
            raise IndexDamaged(f"{self._root}: none of the generations {numbers} is whole: build the index again")
        return None

    def verify(self, number: int) -> Generation:
        """Check every file of a generation and open it. Raises IndexDamaged."""
        return open_generation(self._root / folder_name(number))

    def _build(
        self,
        number: int,
        upserts: Iterable[Upsert],
        sequence: int,
        encoder_name: str,
        progress: Progress | None,
        dimension: int,
    ) -> Generation:
        beside = self._root / f"{folder_name(number)}.tmp"
        final = self._root / folder_name(number)
        try:
            beside.mkdir(mode=0o700)
            count, dimension = _write(beside, upserts, progress or (lambda _: None), dimension)
            manifest = Manifest(
                format=FORMAT, number=number, sequence=sequence, count=count, dimension=dimension,
                encoder=encoder_name, files=_facts(beside),
            )  # fmt: skip
            (beside / MANIFEST).write_text(manifest.to_json(), encoding="utf-8")
            sync_tree(beside)
            beside.rename(final)
            sync(self._root)
            generation = self.verify(number)
            replace_text(self._root / CURRENT, f"{final.name}\n")
        except BaseException:
            shutil.rmtree(beside, ignore_errors=True)
            if self.current_number() != number:
                shutil.rmtree(final, ignore_errors=True)
            raise
        self._drop_old(number)
        return generation

    def _sweep(self) -> None:
        """Remove what a builder that was killed left behind."""
        for path in self._root.glob("gen-*.tmp"):
            shutil.rmtree(path, ignore_errors=True)

    def _drop_old(self, current: int) -> None:
        for number in [number for number in self.numbers() if number <= current][:-_KEPT]:
            shutil.rmtree(self._root / folder_name(number), ignore_errors=True)


def _write(folder: Path, upserts: Iterable[Upsert], progress: Progress, dimension: int) -> tuple[int, int]:
    """Write chunks, vectors and words; returns how many, and the vectors' dimension."""
    words = SegmentBuilder()
    vectors: VectorFile | None = None
    sentences = SentenceFiles(folder)
    with ChunkTableWriter(folder / CHUNKS) as chunks:
        for upsert in upserts:
            if vectors is None:
                dimension = len(upsert.vector)
                vectors = VectorFile(folder / VECTORS, dimension)
            chunks.append(upsert.chunk)
            vectors.append(upsert.vector)
            sentences.append(upsert.sentences, dimension)
            words.add(searchable(upsert.chunk))
            progress(chunks.count)
    with vectors or VectorFile(folder / VECTORS, dimension) as file:
        count = file.count
    sentences.close()
    (folder / LEXICAL).mkdir()
    words.build().save(folder / LEXICAL)
    if (coarse := train_base(open_vectors(folder / VECTORS))) is not None:
        save_base(coarse, folder / COARSE)
    return count, dimension


def _facts(folder: Path) -> dict[str, FileFact]:
    return {
        path.relative_to(folder).as_posix(): FileFact(bytes=path.stat().st_size, sha256=sha256(path))
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
