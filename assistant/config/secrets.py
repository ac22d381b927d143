"""Secrets of an installation: made once, kept in `DATA_DIR/secrets`, readable by their owner alone."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def ensure(data_dir: Path, name: str) -> str:
    """Return the secret of that name; make it (43 URL-safe characters) when there is none yet.

    Two processes that ask at the same time get the same one: the file appears whole, by a link that only the first can make.
    """
    folder = data_dir / "secrets"
    path = folder / name
    if not path.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = folder / f".{name}.{os.getpid()}"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(32), encoding="ascii")
        try:
            path.hardlink_to(draft)
        except FileExistsError:  # another process was first: theirs is the secret
            return path.read_text(encoding="ascii")
        finally:
            draft.unlink()
    return path.read_text(encoding="ascii")
