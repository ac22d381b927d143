"""Whether a mixture's shared expert is silent: Qwen2-MoE always has one, an upcycled model has no use for it."""

from __future__ import annotations

import json
from pathlib import Path

_DOWN = ".shared_expert.down_proj.weight"
_LENGTH = 8
_LONGEST_HEADER = 100_000_000
"""Bytes that safetensors allows a header."""


def shared_expert_is_silent(model: Path) -> bool:
    """Whether the model has shared experts, and the down projections of all are zero, so that they add nothing.

    Reads the heads of the model's safetensors files and those projections; False for files that are none.
    """
    seen = False
    for path in sorted(model.glob("*.safetensors")):
        try:
            found = _silent_in(path)
        except (OSError, ValueError, KeyError, TypeError):
            return False  # whoever loads the weights will say what is wrong with them
        if found is False:
            return False
        seen = seen or found is True
    return seen


def _silent_in(path: Path) -> bool | None:
    """None where the file has no such projection."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(_LENGTH), "little")
        if length > _LONGEST_HEADER:
            raise ValueError("it is no safetensors file")
        tensors = dict(json.loads(file.read(length)))
        wanted = [about["data_offsets"] for name, about in tensors.items() if name.endswith(_DOWN)]
        for begin, end in wanted:
            file.seek(_LENGTH + length + begin)
            weights = file.read(end - begin)
            if len(weights) < end - begin:
                raise ValueError("it ends early")
            if any(weights):
                return False
    return True if wanted else None
