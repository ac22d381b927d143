"""Embeddings kept in a file between evaluations, so that encoding, their slow part, is done once."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from retrieval.protocols import Encoder
from retrieval.types import Vectors

logger = logging.getLogger(__name__)

KEY_BYTES = 16


class StoredVectors:
    """An encoder that looks texts up before it computes them; questions and passages are told apart.

    One file per encoder name, which holds the digest of the weights: records of a text's hash (16 bytes) and its
    vector, float32 little-endian, appended as they are made. A record cut short by a kill is dropped. For one
    process at a time.
    """

    def __init__(self, encoder: Encoder, folder: Path) -> None:
        self._encoder = encoder
        self._record: Any = np.dtype([("key", f"V{KEY_BYTES}"), ("vector", "<f4", (encoder.dimension,))])
        self._path = folder / (re.sub(r"[^\w.@-]", "_", encoder.name) + ".vectors")
        folder.mkdir(parents=True, exist_ok=True)
        self._known = self._read()
        self.computed = 0

    @property
    def inner(self) -> Encoder:
        """The encoder that computes what is not kept."""
        return self._encoder

    @property
    def name(self) -> str:
        """Name of the encoder inside."""
        return self._encoder.name

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._encoder.dimension

    def encode_questions(self, texts: Sequence[str]) -> Vectors:
        """Embed questions; returns [len(texts), dimension] float32, unit rows."""
        return self._looked_up([_key(text, b"") for text in texts], texts, self._encoder.encode_questions)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Embed passages; returns [len(texts), dimension] float32, unit rows."""
        return self._looked_up([_key(text, b"passage") for text in texts], texts, self._encoder.encode_passages)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the encoder's own tokens of each text."""
        return self._encoder.count_tokens(texts)

    def _looked_up(
        self, keys: Sequence[bytes], texts: Sequence[str], encode: Callable[[Sequence[str]], Vectors]
    ) -> Vectors:
        fresh = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._known}
        if fresh:
            self._add(list(fresh), encode(list(fresh.values())))
        rows = [self._known[key] for key in keys]
        return np.stack(rows) if rows else np.zeros((0, self.dimension), np.float32)

    def _add(self, keys: Sequence[bytes], vectors: Vectors) -> None:
        records = np.empty(len(keys), self._record)
        records["key"] = np.frombuffer(b"".join(keys), f"V{KEY_BYTES}")
        records["vector"] = vectors
        with self._path.open("ab") as file:
            file.write(records.tobytes())
        self._known |= dict(zip(keys, records["vector"], strict=True))
        self.computed += len(keys)

    def _read(self) -> dict[bytes, Vectors]:
        if not self._path.is_file():
            return {}
        data = self._path.read_bytes()
        whole = len(data) - len(data) % self._record.itemsize
        if whole < len(data):
            logger.warning("vectors.cut_short file=%s bytes=%d", self._path, len(data) - whole)
            with self._path.open("r+b") as file:
                file.truncate(whole)
        records = np.frombuffer(data[:whole], self._record)
        return {record["key"].tobytes(): record["vector"] for record in records}


def _key(text: str, kind: bytes) -> bytes:
    return blake2b(text.encode(), digest_size=KEY_BYTES, person=kind).digest()
