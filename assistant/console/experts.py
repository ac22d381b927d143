"""What the page "Experts" shows: how busy the model's server is, and which experts each domain asks for."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from inference.client.activity import ServerActivity

STALE_SECONDS = 30.0
MOST_COLUMNS = 64
"""Experts beyond these share a column: a cell must be wide enough to be seen."""
CELL = 10


class Empty(Enum):
    """Why there is no heat map; the page says what to do about each."""

    NO_SERVER = "no_server"
    NOT_COUNTED = "not_counted"
    NOTHING_ASKED = "nothing_asked"


@dataclass(frozen=True, slots=True)
class Cell:
    """A rectangle of a map. `share` of the layer's slots of that domain, 0 to 1; `strength` of its colour, 0 to 1."""

    x: int
    y: int
    layer: int
    experts: str
    share: float
    strength: float


@dataclass(frozen=True, slots=True)
class HeatMap:
    """One domain. `fullest`: the cell with the largest share; `even`: what each column would have if all were equal."""

    domain: str
    slots: int
    width: int
    height: int
    cells: tuple[Cell, ...]
    fullest: Cell
    even: float


@dataclass(frozen=True, slots=True)
class Experts:
    """The page's content. `age`: seconds since the report, None where it is fresh."""

    activity: ServerActivity | None
    empty: Empty | None
    maps: tuple[HeatMap, ...]
    age: float | None


def collect(
    activity: ServerActivity | None, now: float | None = None, names: Mapping[str, object] = MappingProxyType({})
) -> Experts:
    """Draw what a report says; `now` in seconds since 1970, `names` what a reader calls the domains."""
    if activity is None:
        return Experts(None, Empty.NO_SERVER, (), None)
    age = (time.time() if now is None else now) - activity.at
    maps = tuple(drawn for number in range(len(activity.domains)) if (drawn := _map(activity, number, names)))
    empty = None if maps else Empty.NOTHING_ASKED if activity.counts else Empty.NOT_COUNTED
    return Experts(activity, empty, maps, age if age > STALE_SECONDS else None)


def _map(activity: ServerActivity, domain: int, called: Mapping[str, object]) -> HeatMap | None:
    rows = [_columns(layer[domain]) for layer in activity.counts]
    slots = sum(map(sum, rows))
    if not slots:
        return None
    names = _names(len(activity.counts[0][domain]))
    shares = [[count / max(1, sum(row)) for count in row] for row in rows]
    most = max(map(max, shares))
    cells = tuple(
        Cell(x * CELL, y * CELL, activity.layers[y], names[x], share, round(share / most, 3))
        for y, row in enumerate(shares)
        for x, share in enumerate(row)
    )
    width, height = len(names) * CELL, len(rows) * CELL
    fullest = max(cells, key=lambda cell: cell.share)
    name = activity.domains[domain]
    return HeatMap(str(called.get(name, name)), slots, width, height, cells, fullest, 1 / len(names))


def _columns(row: tuple[int, ...]) -> list[int]:
    each = -(-len(row) // MOST_COLUMNS)
    return [sum(row[start : start + each]) for start in range(0, len(row), each)]


def _names(experts: int) -> list[str]:
    each = -(-experts // MOST_COLUMNS)
    spans = [(start, min(start + each, experts) - 1) for start in range(0, experts, each)]
    return [str(first) if first == last else f"{first}–{last}" for first, last in spans]
