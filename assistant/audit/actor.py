"""Who acts, and by which way in: known to everything that a request, a command or a job calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

CHANNELS = ("admin", "api", "command", "import", "worker", "system")
"""Ways in. `database` is what the trigger writes when nobody signed: a statement typed into the database."""


@dataclass(frozen=True, slots=True)
class Actor:
    """`who` is a log-in, `key <id>` or a name of the system; a function is asked when it is needed."""

    channel: str
    who: str | Callable[[], str] = ""

    def name(self) -> str:
        """Return who it is."""
        return self.who if isinstance(self.who, str) else self.who()


_process = Actor("system")
_acting: ContextVar[Actor | None] = ContextVar("acting", default=None)


def current() -> Actor:
    """Return who acts in this context, else what the process was started as."""
    return _acting.get() or _process


def begin(actor: Actor) -> None:
    """Say what this process is, for whatever no request or job claims."""
    global _process
    _process = actor


@contextmanager
def acting(channel: str, who: str | Callable[[], str] = "") -> Iterator[None]:
    """Act as somebody until the block ends. An inner block without a name keeps the outer one's."""
    if channel not in CHANNELS:
        raise ValueError(f"{channel!r} is not a channel of the audit log; choose among {', '.join(CHANNELS)}.")
    token = _acting.set(Actor(channel, who or current().who))
    try:
        yield
    finally:
        _acting.reset(token)
