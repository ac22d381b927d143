"""The encoder of this process: loaded once, on first use, by the class and folder that the settings name."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence

import numpy as np
from django.conf import settings
from django.utils.module_loading import import_string

from retrieval.encoders.batching import BatchingEncoder
from retrieval.errors import EncoderUnavailable
from retrieval.lexical.tokens import use_words
from retrieval.protocols import Encoder, Reranker
from retrieval.types import Vectors

_shared: BatchingEncoder | None = None
_threads = 1
BATCH = 64
WORDS = "words.txt"
RERANKER = "retrieval.rerankers.cross_encoder.CrossEncoderReranker"
logger = logging.getLogger(__name__)
_lock = threading.Lock()


def shared_encoder() -> BatchingEncoder:
    """Return the process's encoder with micro-batching. Raises EncoderUnavailable."""
    global _shared
    with _lock:
        if _shared is None:
            folder = settings.HOUSE.encoder_dir
            if folder is None:
                raise EncoderUnavailable("no encoder is installed; run `manage.py models pull` and start again")
            _take_own_words()
            _shared = BatchingEncoder(import_string(settings.HOUSE.encoder_class)(folder, threads=_threads))
        return _shared


def chosen_reranker() -> Reranker | None:
    """Load the cross-encoder that the settings name; None where the light one is to do. Raises RerankerUnavailable."""
    house = settings.HOUSE
    if house.reranker_dir is None:
        return None
    made: Reranker = import_string(RERANKER)(house.reranker_dir, sha256=house.reranker_sha256)
    return made


def _take_own_words() -> None:
    """Let `words.txt` in DATA_DIR, where there is one, tell names of this installation that jieba would cut apart."""
    path = settings.HOUSE.data_dir / WORDS
    if path.is_file():
        try:
            use_words(path)
        except (ValueError, OSError) as error:
            logger.error("words.unreadable error=%s", error)  # noqa: TRY400 - the message names the line


def use_threads(count: int) -> None:
    """Let the encoder compute with `count` threads: for commands that have the machine to themselves.

    Counts only before the encoder is loaded. Web workers keep to one, so that their number decides the load.
    """
    global _threads
    _threads = count


def encode_many(texts: Sequence[str], encoder: Encoder) -> Vectors:
    """Embed many questions in batches of like length, which pads least; [len(texts), dimension] in the order given."""
    vectors = np.zeros((len(texts), encoder.dimension), np.float32)
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    for start in range(0, len(texts), BATCH):
        rows = order[start : start + BATCH]
        vectors[rows] = encoder.encode_questions([texts[i] for i in rows])
    return vectors
