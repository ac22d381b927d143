"""What every demo loader shares: reading the files, and remembering which state of them was loaded."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from assistant.accounts.models import Tenant, Version
from retrieval.protocols import Encoder

FOLDER = Path(__file__).parent / "demo"

Progress = Callable[[int, int], None]
"""Told how many steps are done, and of how many."""
Encoders = Callable[[], Encoder]
"""Gives the encoder when it is first needed: loading nothing costs nothing."""


def rows(paths: Iterable[Path]) -> list[dict[str, Any]]:
    """Read JSON lines."""
    lines = (line for path in paths for line in path.read_text(encoding="utf-8").splitlines())
    return [json.loads(line) for line in lines if line.strip()]


def fingerprint(paths: Iterable[Path]) -> int:
    """Give a number that changes with the contents of the files (60 bits of a SHA-256)."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.name.encode() + b"\\0" + hashlib.sha256(path.read_bytes()).digest())
    return int.from_bytes(digest.digest()[:8], "big") >> 4


def is_loaded(tenant: Tenant, part: str, number: int) -> bool:
    """Say whether this state of a part was loaded before.

    What editors changed since is theirs: it is touched again only when the files of the demo themselves change.
    """
    return Version.objects.filter(tenant=tenant, topic=f"demo:{part}", number=number).exists()


def loaded(tenant: Tenant, part: str, number: int) -> None:
    """Remember that this state of a part was loaded."""
    Version.objects.update_or_create(tenant=tenant, topic=f"demo:{part}", defaults={"number": number})
