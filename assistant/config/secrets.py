"""Secrets of an installation: made once, kept in `DATA_DIR/secrets`, readable by their owner alone."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def ensure(data_dir: Path, name: str) -> str:
    """Return the secret of that name; make it (43 URL-safe characters) when there is none yet.

    Processes that ask at the same time get the same one: the file appears whole, by a link that only one can make.
    """
    path = data_dir / "secrets" / name
    if not path.exists():
        draft = _draft(path, secrets.token_urlsafe(32))
        try:
            path.hardlink_to(draft)
        except FileExistsError:  # another process was first: theirs is the secret
            return path.read_text(encoding="ascii")
        finally:
            draft.unlink()
    return path.read_text(encoding="ascii")


def read(data_dir: Path, name: str) -> str | None:
    """Return the secret of that name; None when there is none."""
    path = data_dir / "secrets" / name
    return path.read_text(encoding="ascii") if path.exists() else None


def replace(data_dir: Path, name: str, value: str) -> None:
    """Keep `value` under that name, in place of what was there."""
    path = data_dir / "secrets" / name
    _draft(path, value).replace(path)


def _draft(path: Path, value: str) -> Path:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(value, encoding="ascii")
    return draft
