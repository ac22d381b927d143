"""The encoder of this process: loaded once, on first use, by the class and folder that the settings name."""

from __future__ import annotations

import threading

from django.conf import settings
from django.utils.module_loading import import_string

from retrieval.encoders.batching import BatchingEncoder
from retrieval.errors import EncoderUnavailable

_shared: BatchingEncoder | None = None
_threads = 1
_lock = threading.Lock()


def shared_encoder() -> BatchingEncoder:
    """Return the process's encoder with micro-batching. Raises EncoderUnavailable."""
    global _shared
    with _lock:
        if _shared is None:
            folder = settings.HOUSE.encoder_dir
            if folder is None:
                raise EncoderUnavailable("no encoder is installed; run `manage.py models pull` and start again")
            _shared = BatchingEncoder(import_string(settings.HOUSE.encoder_class)(folder, threads=_threads))
        return _shared


def use_threads(count: int) -> None:
    """Let the encoder compute with `count` threads: for commands that have the machine to themselves.

    Counts only before the encoder is loaded. Web workers keep to one, so that their number decides the load.
    """
    global _threads
    _threads = count
