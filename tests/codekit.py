"""A module whose laws reach further than the search for inputs: what the engine says when Hypothesis refutes them."""

from __future__ import annotations

from typing import Any

import pytest

import domains.codegen.engine.generate as generating
from domains.codegen.engine.exploring import Told

FAR = '''"""Far numbers are another matter."""


def clamp(number: int) -> int:
    """Bring a number near. It is idempotent."""
    return number if number < 2**40 else number - 1


def normalize(number: int) -> int:
    """Bring a number near."""
    return number if number < 2**40 else number - 1
'''


def law(symbol: str, because: str, **changed: Any) -> Told:
    told = {
        "kind": "idempotent", "symbols": [symbol], "names": ["number"], "left": f"{symbol}({symbol}(number))",
        "right": f"{symbol}(number)", "because": because, "approx": False, "kinds": ["int"], "alphabet": "",
        "examples": [["1"], ["2"]], "bounds": [[None, None]], "kills": 1, "counter": None,
    }  # fmt: skip
    return Told.model_validate({**told, **changed})


def far_numbers_are_not_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the engine believe of FAR that both laws hold: that of `clamp` is documented, that of `normalize` is not."""
    searched = generating.explore

    def without_far_numbers(*given: Any, **named: Any) -> Any:
        explored = searched(*given, **named)
        far = {"examples": [("1",), ("2",)], "bounds": [(str(2**41), None)], "counter": None, "kills": 1}
        laws = [law("clamp", "It is idempotent.", **far), law("normalize", "names", **far)]
        return explored.model_copy(update={"laws": laws})

    monkeypatch.setattr(generating, "explore", without_far_numbers)
