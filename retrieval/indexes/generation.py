"""One generation: an immutable snapshot of all chunks, with vectors and word index, in a folder of its own."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from retrieval.errors import IndexDamaged
from retrieval.indexes.chunk_table import ChunkTable
from retrieval.indexes.durable import sha256
from retrieval.indexes.faiss import Coarse, load_base
from retrieval.indexes.manifest import MANIFEST, Manifest, read_manifest
from retrieval.indexes.sentence_files import CODES, Sentences, open_sentences
from retrieval.indexes.vector_file import open_vectors
from retrieval.lexical.segment import Segment
from retrieval.types import Vectors

CHUNKS = "chunks.sqlite"
VECTORS = "vectors.npy"
COARSE = "coarse.faiss"
LEXICAL = "lexical"
_SAMPLES = 64
_UNIT = 1e-2


@dataclass(frozen=True, slots=True)
class Generation:
    """An opened generation: `vectors` [count, dimension] float32 belong row by row to `chunks` and `words`."""

    folder: Path
    manifest: Manifest
    chunks: ChunkTable
    vectors: Vectors
    words: Segment
    coarse: Coarse | None
    sentences: Sentences | None = None

    @property
    def number(self) -> int:
        """Number of the generation."""
        return self.manifest.number

    @property
    def sequence(self) -> int:
        """Number of the last change that is in it."""
        return self.manifest.sequence

    def close(self) -> None:
        """Let go of the chunk file; the maps go with the last reference."""
        self.chunks.close()


def check_files(folder: Path, manifest: Manifest) -> None:
    """Compare the folder with the manifest: the same files, sizes, checksums. Raises IndexDamaged."""
    present = {
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST
    }
    if present != set(manifest.files):
        odd = ", ".join(sorted(present ^ set(manifest.files)))
        raise IndexDamaged(f"{folder}: files and manifest differ in {odd}")
    for name, fact in manifest.files.items():
        path = folder / name
        if path.stat().st_size != fact.bytes:
            raise IndexDamaged(f"{path}: {path.stat().st_size} bytes, manifest says {fact.bytes}")
        if sha256(path) != fact.sha256:
            raise IndexDamaged(f"{path}: checksum differs from the manifest's")


def open_generation(folder: Path) -> Generation:
    """Check and open a generation. Raises IndexDamaged."""
    manifest = read_manifest(folder)
    if folder.name != folder_name(manifest.number):
        raise IndexDamaged(f"{folder}: manifest is of generation {manifest.number}")
    check_files(folder, manifest)
    try:
        generation = Generation(
            folder=folder,
            manifest=manifest,
            chunks=ChunkTable(folder / CHUNKS),
            vectors=open_vectors(folder / VECTORS),
            words=Segment.load(folder / LEXICAL),
            coarse=load_base(folder / COARSE) if COARSE in manifest.files else None,
            sentences=open_sentences(folder) if CODES in manifest.files else None,
        )
        _check_counts(generation)
    except (OSError, ValueError, KeyError, RuntimeError, sqlite3.Error) as error:
        raise IndexDamaged(f"{folder}: {type(error).__name__}: {error}") from error
    return generation


def folder_name(number: int) -> str:
    """Name of a generation's folder."""
    return f"gen-{number:06d}"


def _check_counts(generation: Generation) -> None:
    manifest = generation.manifest
    counts = {
        "chunks": len(generation.chunks),
        "vectors": len(generation.vectors),
        "word rows": generation.words.count,
    }
    if generation.coarse is not None:
        counts["codes"] = int(generation.coarse.ntotal)
    if generation.sentences is not None:
        counts["chunks with sentences"] = len(generation.sentences)
    for what, count in counts.items():
        if count != manifest.count:
            raise IndexDamaged(f"{generation.folder}: {count} {what}, manifest says {manifest.count}")
    if generation.vectors.shape[1:] != (manifest.dimension,):
        raise IndexDamaged(f"{generation.folder}: vectors of dimension {generation.vectors.shape[1:]}")
    rows = np.unique(np.linspace(0, max(manifest.count - 1, 0), _SAMPLES, dtype=np.int64))
    if manifest.count and not np.allclose(np.linalg.norm(generation.vectors[rows], axis=1), 1.0, atol=_UNIT):
        raise IndexDamaged(f"{generation.folder}: vectors are not of length one")
