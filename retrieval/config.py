"""Settings of `retrieval` as values. Nothing here reads files or the environment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Context = Literal["none", "neighbours", "section"]
"""What of its document stands around a hit: nothing, the chunk before and after, or the section it is of."""


@dataclass(frozen=True, slots=True)
class ChunkingConfig:
    """Sizes in tokens of the encoder: `target` is aimed at, `most` never passed, `overlap` repeats whole sentences."""

    target: int = 220
    most: int = 400
    overlap: int = 40

    def __post_init__(self) -> None:
        if not 0 <= self.overlap < self.target <= self.most:
            raise ValueError(f"chunk sizes need 0 <= overlap < target <= most, got {self}")


@dataclass(frozen=True, slots=True)
class LoaderLimits:
    """What a loader refuses to go beyond; each ends in UnreadableDocument with the code `too_large`.

    Those of text recognition are `pixels` of one picture (`too_large`), `scanned_pages` (`too_many_scans`) and
    `scan_seconds` (`scan_too_slow`), both of one document.
    """

    bytes: int = 64 * 1024 * 1024
    pages: int = 2_000
    characters: int = 8_000_000
    unpacked_bytes: int = 512 * 1024 * 1024
    members: int = 10_000
    ratio: int = 250
    table_pages: int = 200
    pixels: int = 120_000_000
    scanned_pages: int = 300
    scan_seconds: float = 900.0


@dataclass(frozen=True, slots=True)
class RetrievalConfig:
    """How hits are gathered and fused.

    `depth` candidates are taken from each method; `rank_constant` is the k of reciprocal rank fusion;
    the weights say how much each method's ranks count. `language_balance` is the share of a language's own part
    that is taken out of similarities for ranking (0: none). `centring` is how much of what all questions, and all
    passages, of a language have in common is taken out before near candidates are ordered, `sentences` the share of
    the nearest sentence in it. `rerank` turns reranking on: the light one, then, where the retriever was given one, a
    model over the best `rerank_depth`. `context` is attached to each hit, of at most `context_characters`; a section
    that is the hit alone gives way to the one above it.
    """

    depth: int = 64
    rank_constant: int = 20
    dense_weight: float = 1.0
    lexical_weight: float = 1.0
    language_balance: float = 1.0
    centring: float = 0.8
    sentences: float = 0.5
    rerank: bool = True
    rerank_depth: int = 24
    context: Context = "none"
    context_characters: int = 4_000


@dataclass(frozen=True, slots=True)
class IngestConfig:
    """What `ingest.prepare` needs beside the file and the encoder."""

    chunking: ChunkingConfig = ChunkingConfig()
    limits: LoaderLimits = LoaderLimits()
    batch: int = 64
