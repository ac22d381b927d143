"""The encoder without torch: a sentence-transformers folder's ONNX export under ONNX Runtime.

Expects in the folder `tokenizer.json` and an export with inputs `input_ids`, `attention_mask` (int64 [batch, tokens])
and output `sentence_embedding` (float32 [batch, dimension], pooled and of length one).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from retrieval.encoders.prompts import Prompts, read_prompts
from retrieval.errors import EncoderUnavailable
from retrieval.types import Vectors

_MOST_TOKENS = 512
_PADDED_TOKENS_A_RUN = 512
"""Activations of a run stay in the second-level cache: a core with 2 MB of it encodes 2,600 tokens a second in runs of
240 to 512, 2,000 in runs of 4,096 (passages of 80 tokens)."""


class Engine(Protocol):
    """What computes the vectors of token ids, in the thread that asks and in others at once."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    def run(self, tokens: Sequence[Sequence[int]]) -> Vectors:
        """Return float32 [texts, dimension], unit rows, of texts given as token ids."""


class OnnxEncoder:
    """Encodes on the CPU, with ONNX Runtime unless another `engine` computes the same; thread-safe.

    One call computes up to `threads` runs side by side, each in one thread: sharing single operators between threads
    costs more than it gives at this size.
    """

    def __init__(
        self, folder: Path, *, threads: int = 1, file: str = "onnx/model_int8.onnx", engine: Engine | None = None
    ) -> None:
        """Load tokenizer and weights. Raises EncoderUnavailable naming what is missing."""
        model = _need(folder / file)
        tokenizer = _need(folder / "tokenizer.json")
        self._prompts: Prompts = read_prompts(folder)
        self._engine: Engine = _Session(model) if engine is None else engine
        self._hands = ThreadPoolExecutor(threads, thread_name_prefix="encoder") if threads > 1 else None
        self._tokenizer = _open_tokenizer(tokenizer)
        self._longest = _longest(folder)
        self._dimension = self._engine.dimension
        self._name = f"{folder.name}@{_digest(model)}"

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
        return [len(encoding) for encoding in self._tokenizer.encode_batch(list(texts), add_special_tokens=False)]

    def _encode(self, texts: list[str]) -> Vectors:
        vectors = np.empty((len(texts), self._dimension), dtype=np.float32)
        tokens = [self._truncated(encoding.ids) for encoding in self._tokenizer.encode_batch(texts)]
        runs = list(_runs([len(row) for row in tokens]))
        inputs = [[tokens[row] for row in rows] for rows in runs]
        each = map if self._hands is None else self._hands.map
        for rows, output in zip(runs, each(self._engine.run, inputs), strict=True):
            vectors[rows] = output
        return vectors

    def _truncated(self, ids: list[int]) -> list[int]:
        """Cut to the encoder's longest input, its closing token kept; one tokenizer thus serves counting as well."""
        return ids if len(ids) <= self._longest else ids[: self._longest - 1] + ids[-1:]


class _Session:
    """ONNX Runtime, one thread."""

    def __init__(self, model: Path) -> None:
        self._session = _open_session(model)

    @property
    def dimension(self) -> int:
        return int(self._session.get_outputs()[0].shape[-1])

    def run(self, tokens: Sequence[Sequence[int]]) -> Vectors:
        width = max(len(row) for row in tokens)
        ids = np.zeros((len(tokens), width), dtype=np.int64)
        mask = np.zeros_like(ids)
        for number, row in enumerate(tokens):
            ids[number, : len(row)] = row
            mask[number, : len(row)] = 1
        output: Vectors = self._session.run(None, {"input_ids": ids, "attention_mask": mask})[0]
        return output


def _runs(lengths: list[int]) -> Iterator[list[int]]:
    """Group rows of like length, so that little of a run is padding."""
    run: list[int] = []
    for row in sorted(range(len(lengths)), key=lengths.__getitem__):
        if run and (len(run) + 1) * lengths[row] > _PADDED_TOKENS_A_RUN:
            yield run
            run = []
        run.append(row)
    if run:
        yield run


def _need(path: Path) -> Path:
    if not path.is_file():
        raise EncoderUnavailable(
            f"{path} is missing: fetch the encoder with `python -m inference.catalog pull`, or point to its folder"
        )
    return path


def _open_session(model: Path) -> Any:  # noqa: ANN401 - onnxruntime ships no types
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's classes stand straight under Exception
        raise EncoderUnavailable(f"{model} cannot be loaded ({error}): delete the folder and fetch it again") from error


def _open_tokenizer(path: Path) -> Any:  # noqa: ANN401 - the Rust extension's stubs do not type from_file
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # the Rust extension raises bare Exception
        raise EncoderUnavailable(f"{path} cannot be read ({error}): delete the folder and fetch it again") from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _longest(folder: Path) -> int:
    """Tokens the encoder was made for, special tokens included."""
    path = folder / "sentence_bert_config.json"
    if not path.is_file():
        return _MOST_TOKENS
    return int(json.loads(path.read_text("utf-8")).get("max_seq_length") or _MOST_TOKENS)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:12]
