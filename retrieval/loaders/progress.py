"""How a loader that takes long says that it is still at work: once a page that it has read."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar

_listener: ContextVar[Callable[[int], None] | None] = ContextVar("listener", default=None)


def listen(heard: Callable[[int], None]) -> None:
    """From now on call `heard` with the number of each page that took long to read."""
    _listener.set(heard)


def report(page: int) -> None:
    """Say that a page has been read."""
    heard = _listener.get()
    if heard is not None:
        heard(page)
