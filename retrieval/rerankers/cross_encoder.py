"""A cross-encoder as reranker: a model that reads question and passage together (Nogueira and Cho 2019).

The folder is data and holds no code that runs: a tokenizer, and weights as ONNX (`onnx/model.onnx` or `model.onnx`, run
by ONNX Runtime, no torch) or as safetensors (a sentence-transformers CrossEncoder, which needs that library). Pickled
weights are not read. The weights' SHA-256 has to be the expected one: given, or in the folder's `SHA256SUMS`.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from retrieval.errors import RerankerUnavailable
from retrieval.passage import searchable
from retrieval.types import Hit

Scores = NDArray[np.float32]
SUMS = "SHA256SUMS"
_WEIGHTS = ("onnx/model.onnx", "model.onnx", "model.safetensors")
_MOST_TOKENS = 512
_BATCH = 8


class _Engine(Protocol):
    def scores(self, question: str, passages: Sequence[str]) -> Scores:
        """How well each passage answers, [passages], higher is better."""


class CrossEncoderReranker:
    """A Reranker; thread-safe. `name` is the folder's name and the first digits of the weights' SHA-256."""

    def __init__(self, folder: Path, *, sha256: str | None = None) -> None:
        """Load the folder. Raises RerankerUnavailable naming what is missing, or that the weights are others."""
        weights = next((path for name in _WEIGHTS if (path := folder / name).is_file()), None)
        if weights is None:
            raise RerankerUnavailable(f"{folder} holds no weights of a cross-encoder ({', '.join(_WEIGHTS)})")
        digest = _checked(folder, weights, sha256)
        self.name = f"{folder.name}@{digest[:12]}"
        self._engine: _Engine = _Onnx(folder, weights) if weights.suffix == ".onnx" else _SentenceTransformers(folder)

    def rerank(self, question: str, hits: Sequence[Hit]) -> list[Hit]:
        """Return the same hits, best first; scores lie between 0 and 1. What is equal stays in order."""
        if not hits:
            return []
        scores = _sigmoid(self._engine.scores(question, [searchable(hit.chunk) for hit in hits]))
        scored = [replace(hit, score=float(score)) for hit, score in zip(hits, scores, strict=True)]
        return sorted(scored, key=lambda hit: -hit.score)


class _Onnx:
    """Inputs `input_ids`, `attention_mask` and, where it has it, `token_type_ids`; the first output is the logits."""

    def __init__(self, folder: Path, weights: Path) -> None:
        options = _need("onnxruntime").SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        tokenizer = folder / "tokenizer.json"
        if not tokenizer.is_file():
            raise RerankerUnavailable(f"{tokenizer} is missing: copy the model's whole folder")
        try:
            self._session = _need("onnxruntime").InferenceSession(
                str(weights), options, providers=["CPUExecutionProvider"]
            )
            self._tokenizer = _need("tokenizers").Tokenizer.from_file(str(tokenizer))
        except Exception as error:  # the classes of both libraries stand straight under Exception
            raise RerankerUnavailable(f"{folder} cannot be loaded ({error}): copy the model's folder again") from error
        self._tokenizer.enable_truncation(_MOST_TOKENS, strategy="only_second")
        self._tokenizer.enable_padding()
        self._inputs = {node.name for node in self._session.get_inputs()}

    def scores(self, question: str, passages: Sequence[str]) -> Scores:
        """Logits of each pair, [passages]."""
        found: list[Scores] = []
        for start in range(0, len(passages), _BATCH):
            pairs = self._tokenizer.encode_batch([(question, passage) for passage in passages[start : start + _BATCH]])
            fields = {
                "input_ids": [pair.ids for pair in pairs],
                "attention_mask": [pair.attention_mask for pair in pairs],
                "token_type_ids": [pair.type_ids for pair in pairs],
            }
            arrays = {name: np.asarray(rows, np.int64) for name, rows in fields.items() if name in self._inputs}
            found.append(np.asarray(self._session.run(None, arrays)[0], np.float32).reshape(len(pairs), -1)[:, -1])
        return np.concatenate(found)


class _SentenceTransformers:
    """torch uses the cores by itself: one call at a time."""

    def __init__(self, folder: Path) -> None:
        library = _need("sentence_transformers")
        try:
            self._model: Any = library.CrossEncoder(
                str(folder), max_length=_MOST_TOKENS, local_files_only=True, trust_remote_code=False,
                model_kwargs={"use_safetensors": True},
            )  # fmt: skip
        except (OSError, ValueError, KeyError) as error:
            raise RerankerUnavailable(f"{folder} cannot be loaded ({error}): copy the model's folder again") from error
        self._plain = import_module("torch").nn.Identity()
        self._lock = threading.Lock()

    def scores(self, question: str, passages: Sequence[str]) -> Scores:
        """Logits of each pair, [passages]."""
        pairs = [(question, passage) for passage in passages]
        with self._lock:
            logits = self._model.predict(
                pairs, batch_size=_BATCH, activation_fn=self._plain, show_progress_bar=False, convert_to_numpy=True
            )
        return np.asarray(logits, np.float32).reshape(len(pairs), -1)[:, -1]


def _need(library: str) -> Any:  # noqa: ANN401 - a module
    try:
        return import_module(library)
    except ModuleNotFoundError as missing:
        raise RerankerUnavailable(
            f"this reranker needs {library}, which is not installed: `pip install {library}`, or leave RERANKER empty"
        ) from missing


def _checked(folder: Path, weights: Path, expected: str | None) -> str:
    """SHA-256 of the weights, when it is the expected one."""
    name = weights.relative_to(folder).as_posix()
    sums = folder / SUMS
    if expected is None and sums.is_file():
        lines = (line.split(maxsplit=1) for line in sums.read_text("utf-8").splitlines() if line.strip())
        expected = next((words[0] for words in lines if words[-1].lstrip("*") == name), None)
    if expected is None:
        raise RerankerUnavailable(
            f"nothing says which weights {weights} should be: put their SHA-256 into RERANKER_SHA256, "
            f"or `sha256sum {name} > {SUMS}` into the folder, from a source you trust"
        )
    with weights.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != expected.strip().lower():
        raise RerankerUnavailable(
            f"{weights} is not what is expected (SHA-256 {digest[:12]}…, expected {expected[:12]}…): copy it again"
        )
    return digest


def _sigmoid(logits: Scores) -> Scores:
    return (1 / (1 + np.exp(-np.clip(logits, -60, 60)))).astype(np.float32)
