"""An encoder of words, for what is trained and measured without the real one."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
import pytest

from domains import words
from retrieval.types import Vectors


class WordEncoder:
    """Implements Encoder: content words hashed into 256 places, unit length."""

    name = "words"
    dimension = 256

    def encode_questions(self, texts: Sequence[str]) -> Vectors:
        rows = np.full((len(texts), self.dimension), 1e-3, dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in words.content(text):
                row[zlib.crc32(word.encode()) % self.dimension] += 1.0
        unit: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return unit

    encode_passages = encode_questions

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]


@pytest.fixture
def encoder() -> WordEncoder:
    return WordEncoder()
