"""Micro-batching: questions that arrive together are encoded together, and the last few thousand are remembered.

The idea of continuous batching, at the scale of an encoder: while one run computes, the next one fills up. A lone
question never waits; `max_wait_ms` is only spent when the run before was shared, a sign of more to come.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import Future
from time import monotonic

import numpy as np

from retrieval.protocols import Encoder
from retrieval.types import Vectors


class BatchingEncoder:
    """Wraps an encoder; the Encoder protocol and `submit_question`. Thread-safe. Vectors handed out are read-only."""

    def __init__(self, encoder: Encoder, *, max_batch: int = 32, max_wait_ms: float = 2.0, memo: int = 4096) -> None:
        self._encoder = encoder
        self._max_batch = max_batch
        self._max_wait = max_wait_ms / 1000
        self._memo_size = memo
        self._memo: OrderedDict[str, Vectors] = OrderedDict()
        self._waiting: OrderedDict[str, list[Future[Vectors]]] = OrderedDict()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    @property
    def name(self) -> str:
        """Name of the encoder inside."""
        return self._encoder.name

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._encoder.dimension

    def submit_question(self, text: str) -> Future[Vectors]:
        """Embed one question; the future gives [dimension] float32, or raises what the encoder raised.

        Equal questions share one computation; cancelling one of the futures leaves the others alone.
        """
        future: Future[Vectors] = Future()
        with self._changed:
            if self._closed:
                raise RuntimeError("this BatchingEncoder is closed")
            if (known := self._memo.get(text)) is not None:
                self._memo.move_to_end(text)
                future.set_result(known)
                return future
            self._waiting.setdefault(text, []).append(future)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="encoder-batches", daemon=True)
                self._thread.start()
            self._changed.notify()
        return future

    def encode_questions(self, texts: Sequence[str]) -> Vectors:
        """Embed questions; returns [len(texts), dimension] float32, unit rows."""
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        return np.stack([future.result() for future in [self.submit_question(text) for text in texts]])

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Embed passages, straight through; returns [len(texts), dimension] float32, unit rows."""
        return self._encoder.encode_passages(texts)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the encoder's own tokens of each text."""
        return self._encoder.count_tokens(texts)

    def close(self) -> None:
        """Finish what waits, then end the thread. Further questions raise RuntimeError."""
        with self._changed:
            self._closed = True
            self._changed.notify()
            thread = self._thread
        if thread is not None:
            thread.join()

    def _work(self) -> None:
        shared = False
        while (batch := self._next_batch(shared)) is not None:
            shared = sum(len(futures) for futures in batch.values()) > 1
            self._encode(batch)

    def _next_batch(self, expect_more: bool) -> dict[str, list[Future[Vectors]]] | None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            if not self._waiting:
                return None
            if expect_more and not self._closed:
                until = monotonic() + self._max_wait
                while len(self._waiting) < self._max_batch and (left := until - monotonic()) > 0 and not self._closed:
                    self._changed.wait(left)
            return dict(self._waiting.popitem(last=False) for _ in range(min(self._max_batch, len(self._waiting))))

    def _encode(self, batch: dict[str, list[Future[Vectors]]]) -> None:
        live = {
            text: running
            for text, futures in batch.items()
            if (running := [future for future in futures if future.set_running_or_notify_cancel()])
        }
        if not live:
            return
        try:
            vectors = self._encoder.encode_questions(list(live))
        except BaseException as error:  # noqa: BLE001 - handed to those who wait; the thread must outlive it
            for futures in live.values():
                for future in futures:
                    future.set_exception(error)
            return
        vectors.setflags(write=False)
        for (text, futures), vector in zip(live.items(), vectors, strict=True):
            self._remember(text, vector)
            for future in futures:
                future.set_result(vector)

    def _remember(self, text: str, vector: Vectors) -> None:
        if self._memo_size <= 0:
            return
        with self._changed:
            self._memo[text] = vector.copy() if vector.base is not None else vector
            self._memo[text].setflags(write=False)
            while len(self._memo) > self._memo_size:
                self._memo.popitem(last=False)
