"""Formats what was written as ruff does."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path


@cache
def _ruff() -> str:
    from ruff.__main__ import find_ruff_bin

    return str(Path(find_ruff_bin()))


def formatted(text: str) -> str:
    """Return Python sorted and formatted by ruff; what ruff cannot read comes back as it was."""
    for command in (
        ("check", "--fix-only", "--select", "I,UP,SIM300", "--isolated"),
        ("format", "--isolated", "--line-length", "120"),
    ):
        done = subprocess.run(
            [_ruff(), *command, "--quiet", "--stdin-filename", "test_generated.py", "-"],
            input=text, capture_output=True, text=True, check=False, env={}, timeout=20,
        )  # fmt: skip
        text = done.stdout if done.stdout.strip() else text
    return text
