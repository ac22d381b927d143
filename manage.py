#!/usr/bin/env python3
"""Django's command line for this checkout."""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path


def operator() -> str:
    """Name the account of the operating system that runs the command; empty where it has no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's number without an entry
        return ""


def main() -> None:
    """Run a management command with the settings of the house."""
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    if sys.argv[1:] == ["up"]:  # the supervisor needs nothing of Django, whose start costs seconds
        os.chdir(Path(__file__).resolve().parent)
        os.execv(sys.executable, [sys.executable, "-m", "assistant.config.supervisor"])  # noqa: S606
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "assistant.config.settings")
    from django.core.management import execute_from_command_line

    from assistant.audit import actor

    actor.begin(actor.Actor("worker" if sys.argv[1:2] == ["worker"] else "command", operator()))
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
