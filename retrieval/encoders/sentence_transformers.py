"""The reference encoder: sentence-transformers on torch, for GPUs and for any model of that library."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from retrieval.encoders.prompts import read_prompts
from retrieval.errors import EncoderUnavailable
from retrieval.types import Vectors


class SentenceTransformersEncoder:
    """Encodes with sentence-transformers; thread-safe (one call at a time, torch uses the cores by itself)."""

    def __init__(self, folder: Path, *, device: str | None = None, batch_size: int = 32) -> None:
        """Load the folder onto `device` (None: the best there is). Raises EncoderUnavailable."""
        if not (folder / "modules.json").is_file():
            raise EncoderUnavailable(f"{folder} is no sentence-transformers folder: modules.json is missing")
        from sentence_transformers import SentenceTransformer

        self._model = SentenceTransformer(str(folder), device=device, local_files_only=True)
        self._prompts = read_prompts(folder)
        self._batch_size = batch_size
        self._lock = threading.Lock()
        self._name = f"{folder.name}@{_weights_digest(folder)}"
        self._dimension = int(self._model.get_embedding_dimension() or 0)

    @property
    def name(self) -> str:
        """Folder name and the first digits of the weights' SHA-256."""
        return self._name

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._dimension

    def encode_questions(self, texts: Sequence[str]) -> Vectors:
        """Embed questions; returns [len(texts), dimension] float32, unit rows."""
        return self._encode([self._prompts.question + text for text in texts])

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Embed passages; returns [len(texts), dimension] float32, unit rows."""
        return self._encode([self._prompts.passage + text for text in texts])

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text, special tokens and truncation left out."""
        if not texts:
            return []
        with self._lock:
            encoded = self._model.tokenizer(list(texts), add_special_tokens=False, truncation=False, verbose=False)
        return [len(ids) for ids in encoded["input_ids"]]

    def _encode(self, texts: list[str]) -> Vectors:
        if not texts:
            return np.empty((0, self._dimension), dtype=np.float32)
        with self._lock:
            vectors = self._model.encode(
                texts,
                batch_size=self._batch_size,
                normalize_embeddings=True,
                convert_to_numpy=True,
                show_progress_bar=False,
                prompt="",
            )
        return np.asarray(vectors, dtype=np.float32)


def _weights_digest(folder: Path) -> str:
    digest = hashlib.sha256()
    weights = sorted([*folder.glob("*.safetensors"), *folder.glob("*.bin")])
    if not weights:
        raise EncoderUnavailable(f"{folder} holds no weights (*.safetensors): fetch the encoder again")
    for path in weights:
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:12]
