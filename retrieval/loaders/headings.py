"""The path of headings above a place in a document."""

from __future__ import annotations


class HeadingPath:
    """Keeps the headings that are open while a document is read."""

    def __init__(self) -> None:
        self._open: list[tuple[int, str]] = []

    @property
    def current(self) -> tuple[str, ...]:
        """The open headings, outermost first."""
        return tuple(text for _, text in self._open)

    def enter(self, level: int, text: str) -> None:
        """Open a heading; it closes those of its own and deeper levels."""
        while self._open and self._open[-1][0] >= level:
            self._open.pop()
        if text.strip():
            self._open.append((level, " ".join(text.split())))
