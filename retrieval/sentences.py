"""Vectors of a passage's sentences, kept beside the passage's own: small codes that say which sentence answers.

A passage's vector is the mean of all it says, so that a question about one sentence of it drowns in the others. The
nearest sentence tells passages apart that are about the same thing, most of all across languages (after the
late-interaction idea of ColBERT, Khattab and Zaharia 2020, at the grain of sentences instead of tokens).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from retrieval.chunking.sentences import split_sentences
from retrieval.passage import searchable
from retrieval.protocols import Encoder
from retrieval.types import Chunk, Codes, Vectors

MOST_SENTENCES = 24
"""Of one passage; neighbours are put together beyond it (a table has a line for each row)."""

PASSAGE_BYTES = 2  # a number of the passage's vector, float16
_COUNT_BYTES = 2
_MARK = b"+sent8"  # the last bytes of a float16 vector look like it once in 3e14
_BATCH = 512
"""Texts handed over at once: the encoder puts those of like length together, which pads the less the more there are."""


def sentences_of(chunk: Chunk) -> list[str]:
    """The sentences that are embedded one by one, title and headings as one of them; at most MOST_SENTENCES."""
    found = [text for sentence in split_sentences(searchable(chunk)) if (text := sentence.strip())]
    together = -(-len(found) // MOST_SENTENCES) or 1
    return [" ".join(found[at : at + together]) for at in range(0, len(found), together)]


def encode_sentences(chunks: Sequence[Chunk], encoder: Encoder) -> Iterator[Codes]:
    """Embed the sentences of each chunk; gives int8 [sentences, dimension] for one after the other."""
    texts = [sentences_of(chunk) for chunk in chunks]
    flat = [text for own in texts for text in own]
    blocks = [encoder.encode_passages(flat[at : at + _BATCH]) for at in range(0, len(flat), _BATCH)]
    codes = quantise(np.concatenate(blocks)) if blocks else np.empty((0, encoder.dimension), np.int8)
    ends = np.cumsum([len(own) for own in texts], dtype=np.int64)
    return iter(np.split(codes, ends[:-1])) if texts else iter(())


def quantise(vectors: Vectors) -> Codes:
    """Unit rows [n, dimension] as int8: each scaled so that its largest number is 127. The length is one anyway."""
    largest = np.abs(vectors).max(axis=1, keepdims=True, initial=0.0)
    codes: Codes = np.rint(vectors * (127 / np.maximum(largest, 1e-9))).astype(np.int8)
    return codes


def restore(codes: Codes) -> Vectors:
    """Unit rows again, float32; a cosine is off by less than 0.005."""
    rows = codes.astype(np.float32)
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1.0)
    return rows


def pack(vector: Vectors, sentences: Codes | None = None) -> bytes:
    """What one chunk keeps as bytes: its vector [dimension] as float16, its sentences' codes, and how many they are."""
    head = vector.astype("<f2").tobytes()
    if sentences is None:
        return head
    return head + sentences.tobytes() + _MARK + len(sentences).to_bytes(_COUNT_BYTES, "little")


def unpack(data: bytes) -> tuple[Vectors, Codes | None]:
    """What `pack` wrote: the passage's vector of length one, and the codes; None where none were kept.

    Raises ValueError for bytes that `pack` did not write.
    """
    if not has_sentences(data):
        return _unit(data), None
    count = int.from_bytes(data[-_COUNT_BYTES:], "little")
    body = data[: -_COUNT_BYTES - len(_MARK)]
    dimension, rest = divmod(len(body), count + PASSAGE_BYTES)
    if rest:
        raise ValueError(f"{len(data)} bytes do not hold a vector and {count} sentences")
    size = dimension * PASSAGE_BYTES
    return _unit(body[:size]), np.frombuffer(body[size:], dtype=np.int8).reshape(count, dimension)


def has_sentences(data: bytes) -> bool:
    """Whether the sentences of these bytes' chunk were embedded."""
    return data[-_COUNT_BYTES - len(_MARK) : -_COUNT_BYTES] == _MARK


def _unit(data: bytes) -> Vectors:
    vector = np.frombuffer(data, dtype="<f2").astype(np.float32)
    unit: Vectors = vector / np.linalg.norm(vector)
    return unit
