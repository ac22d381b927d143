"""How a benchmark speaks: a readable table, then with `--json` one object on the last line."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence

Figure = float | int | str | None


def percentile(values: Sequence[float], share: float) -> float:
    """Nearest-rank percentile of `values`; `share` lies between 0 and 1. Raises ValueError when there are none."""
    if not values:
        raise ValueError("no values to take a percentile of")
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def say(title: str, figures: Mapping[str, object], machine: Mapping[str, object], *, as_json: bool) -> None:
    """Print the figures with the machine they were measured on."""
    print(title)
    width = max(len(name) for name in (*figures, *machine))
    for name, value in figures.items():
        print(f"  {name:<{width}}  {_readable(value)}")
    for name, value in machine.items():
        print(f"  {name:<{width}}  {value}")
    if as_json:
        print(json.dumps({**figures, "machine": dict(machine)}, ensure_ascii=False))


def _readable(value: object) -> str:
    if value is None:
        return "not measured"
    if not isinstance(value, float):
        return str(value)
    return f"{value:,.1f}" if abs(value) >= 10 else f"{value:.3f}"
