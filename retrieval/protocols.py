"""What the parts of `retrieval` promise each other. Implementations are named by dotted path in the settings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from retrieval.types import Allowed, Change, Chunk, Filter, Hit, ParsedDocument, Vectors


@runtime_checkable
class Encoder(Protocol):
    """Turns text into unit vectors. Thread-safe."""

    @property
    def name(self) -> str:
        """Name and version; vectors of encoders with different names are never mixed."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    def encode_questions(self, texts: Sequence[str]) -> Vectors:
        """Embed questions; returns [len(texts), dimension] float32, unit rows."""

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Embed passages; returns [len(texts), dimension] float32, unit rows."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the encoder's own tokens of each text, special tokens left out."""


class Loader(Protocol):
    """Parses one kind of file."""

    def load(self, path: Path) -> ParsedDocument:
        """Parse the file. Raises UnreadableDocument."""


class VectorIndex(Protocol):
    """Nearest neighbours by inner product among rows that the caller numbers, densely, from 0. Thread-safe."""

    def add(self, ids: Sequence[int], vectors: Vectors) -> None:
        """Add rows; an id that exists is replaced."""

    def remove(self, ids: Sequence[int]) -> None:
        """Forget rows; unknown ids are ignored."""

    def search(self, vectors: Vectors, k: int, allowed: Allowed | None = None) -> list[list[tuple[int, float]]]:
        """Best k (id, inner product) for each row of `vectors`, best first; only among `allowed` when given."""

    def search_each(self, vector: Vectors, k: int, masks: Sequence[Allowed | None]) -> list[list[tuple[int, float]]]:
        """Best k for one `vector` [dimension] among each mask's rows by themselves, as `search` gives them."""

    def rows(self, ids: Sequence[int]) -> Vectors:
        """Vectors of rows, [len(ids), dimension]. Raises KeyError for an unknown row."""

    def __len__(self) -> int: ...


class LexicalIndex(Protocol):
    """Ranks texts by words; rows as in VectorIndex. Thread-safe."""

    def add(self, ids: Sequence[int], texts: Sequence[str]) -> None:
        """Add rows that were not there before."""

    def remove(self, ids: Sequence[int]) -> None:
        """Forget rows; unknown ids are ignored."""

    def search(self, question: str, k: int, allowed: Allowed | None = None) -> list[tuple[int, float]]:
        """Best k (id, score), best first, zero scores left out; only among `allowed` when given."""

    def scores(self, question: str, rows: Sequence[int]) -> Vectors:
        """Scores of rows, shape [len(rows)]; 0 where no word is shared, or the row is gone."""

    def highest(self, question: str) -> float:
        """Score of a text that says nothing but the question's words, over and over; 0 for a question without any."""


class Reranker(Protocol):
    """Reorders hits by looking at question and passage together."""

    def rerank(self, question: str, hits: Sequence[Hit]) -> list[Hit]:
        """Return the same hits, best first, with new scores."""


@runtime_checkable
class Retriever(Protocol):
    """A searchable, live set of chunks."""

    @property
    def sequence(self) -> int:
        """Number of the last change that a search sees."""

    def search(self, question: str, within: Filter, k: int = 8, vector: Vectors | None = None) -> list[Hit]:
        """Find the best k chunks that `within` admits; `vector` [dimension] spares embedding the question again."""

    def apply(self, changes: Iterable[Change]) -> None:
        """Take changes in order; those at or below `sequence` are skipped, so that a replay is harmless."""

    def chunk(self, chunk_id: str) -> Chunk | None:
        """Look a chunk up."""
