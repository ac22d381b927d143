"""A day as a stacked bar: rectangles of an SVG, because the policy of the pages allows no style attributes."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.console.figures import Day

WIDTH = 320
NAMES = {"faq": "faq", "cache": "cached", "retrieval": "retrieval", "model": "model", "other": "other"}
"""Layers in the order they are stacked, and what each is called in `texts.WORDS`."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle from `x` with `width`, in units of `WIDTH` for the busiest day."""

    layer: str
    count: int
    x: float
    width: float


def bars(day: Day, most: int) -> tuple[Bar, ...]:
    """Return the day's rectangles; `most` is the busiest day's total, above zero when the day has any question."""
    drawn: list[Bar] = []
    x = 0.0
    for layer in NAMES:
        count = day.counts[layer]
        if count:
            width = round(count / most * WIDTH, 2)
            drawn.append(Bar(layer, count, round(x, 2), width))
            x += width
    return tuple(drawn)
