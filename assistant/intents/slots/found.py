"""A slot that was found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Slot:
    """`value` is what `text`, at `start` in the question, stands for: digits, `120.5 CNY`, `2026-11-22`, a name."""

    kind: str
    text: str
    value: str
    start: int
