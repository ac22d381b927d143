"""Regular expressions that a module puts together while it runs: no constant of its source says what they match."""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from domains.codegen.engine.inside import patterns

_MOST = 40
"""Expressions that are kept."""
_EACH = 4
"""Texts made for one of them; near misses come with them."""


@dataclass(slots=True)
class Expressions:
    """Listens to what a folder's code compiles."""

    folder: Path
    _waiting: dict[str, None] = field(default_factory=dict)
    _known: set[str] = field(default_factory=set)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Stand in for `re.compile`, also for modules that import it by its name meanwhile."""
        compiles = re.compile
        folder = str(self.folder)

        def heard(pattern: Any, flags: int = 0) -> re.Pattern[Any]:  # noqa: ANN401 - texts, bytes and patterns
            if isinstance(pattern, str) and sys._getframe(1).f_code.co_filename.startswith(folder):  # noqa: SLF001 - documented for this
                self._hear(pattern)
            return compiles(pattern, flags)

        re.compile = heard
        try:
            yield
        finally:
            re.compile = compiles

    def _hear(self, pattern: str) -> None:
        if pattern not in self._known and len(self._known) < _MOST:
            self._known.add(pattern)
            self._waiting[pattern] = None

    def texts(self, chance: random.Random) -> list[str]:
        """Return texts for the expressions that came up since the last time, those that match and near misses."""
        found = [text for pattern in self._waiting for text in patterns.examples(pattern, _EACH, chance)]
        self._waiting.clear()
        return found
