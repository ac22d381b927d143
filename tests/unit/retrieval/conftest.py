"""Small parts for the tests of retrieval: an encoder that needs no weights, and chunks by the handful."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from retrieval.types import PUBLIC, Chunk, Upsert, Vectors

DIMENSION = 32
MakeChunk = Callable[..., Chunk]
MakeUpsert = Callable[..., Upsert]


class HashingEncoder:
    """Sums a fixed random direction for each word or Han character: equal words, near vectors. Deterministic."""

    name = "hashing@1"
    dimension = DIMENSION

    def encode_questions(self, texts: Sequence[str]) -> Vectors:
        return self._encode(texts)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        return self._encode(texts)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(_words(text)) for text in texts]

    def _encode(self, texts: Sequence[str]) -> Vectors:
        rows = np.zeros((len(texts), DIMENSION), dtype=np.float32)
        for number, text in enumerate(texts):
            total = sum((_direction(word) for word in _words(text)), start=_direction("bias") * 0.1)
            rows[number] = total / np.linalg.norm(total)
        return rows


def _words(text: str) -> list[str]:
    return re.findall(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+|[^\w\s]", text.lower())


def _direction(word: str) -> Vectors:
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "little")
    return np.random.default_rng(seed).normal(size=DIMENSION).astype(np.float32)


@pytest.fixture(scope="session")
def hashing() -> HashingEncoder:
    return HashingEncoder()


@pytest.fixture(scope="session")
def make_chunk() -> MakeChunk:
    """A chunk of tenant acme; whatever is named replaces the default."""

    def make(text: str = "Refunds take five days.", **values: object) -> Chunk:
        defaults: dict[str, object] = {
            "id": hashlib.sha256(text.encode()).hexdigest()[:12],
            "document": "handbook",
            "revision": 1,
            "checksum": "0" * 64,
            "tenant": "acme",
            "title": "Handbook",
            "language": "en",
            "access": frozenset({PUBLIC}),
        }
        return Chunk(text=text, **{**defaults, **values})  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="session")
def make_upsert(hashing: HashingEncoder, make_chunk: MakeChunk) -> MakeUpsert:
    """Change number `sequence` with a chunk like `make_chunk`'s, embedded."""

    def make(sequence: int, text: str, **values: object) -> Upsert:
        return Upsert(sequence, make_chunk(text, **values), hashing.encode_passages([text])[0])

    return make
