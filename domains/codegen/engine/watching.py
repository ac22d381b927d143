"""What a caller hears while tests are written, and how it stops the work."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from domains.codegen.engine.exploring import Progress
from domains.codegen.engine.types import WrittenTest

Accepted = Callable[[WrittenTest], None]


@dataclass(slots=True)
class Watching:
    """The caller's ears and its brake."""

    progress: Progress = lambda _stage, _done, _of: None
    accepted: Accepted = lambda _test: None
    cancelled: threading.Event = field(default_factory=threading.Event)
