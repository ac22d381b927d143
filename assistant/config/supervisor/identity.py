"""Whom PostgreSQL runs as: ourselves, or `nobody` when we are root, which it refuses."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

from assistant.config.supervisor.process import Identity


def for_database(*places: Path) -> Identity | None:
    """The user for PostgreSQL; None when we are not root. `places`: folders that this user must be able to enter."""
    if os.geteuid() != 0:
        return None
    user = pwd.getpwnam("nobody")
    passable = all(_may_enter(folder) for place in places for folder in [place, *place.parents])
    return Identity(user.pw_uid, user.pw_gid, keep_passage=not passable)


def _may_enter(folder: Path) -> bool:
    """Whether anyone may walk through the folder; one that does not exist yet will be ours to open."""
    return not folder.exists() or bool(folder.stat().st_mode & 0o001)


def hand_over(folder: Path, identity: Identity | None) -> None:
    """Make the folder (mode 0700) and give it to that user; nothing above or beside it changes."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    give(folder, identity)


def give(path: Path, identity: Identity | None) -> None:
    """Make that user the owner of one file or folder."""
    if identity is not None:
        os.chown(path, identity.uid, identity.gid)
