"""What is run, under which limits, and how it ended."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

MIB = 1024 * 1024
BOX = "/box"
"""Where a job's files lie, read-only."""
SCRATCH = "/tmp"  # noqa: S108 - a tmpfs of the sandbox's own
"""The working folder: empty, writable, of bounded size, gone afterwards."""
REPORT_FD = 3
"""Where a job writes what its caller is to read; standard output stays free for whatever the work prints."""

Ending = Literal["exited", "signalled", "timeout", "memory", "output", "cancelled"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a job may use. Sizes are bytes, times seconds."""

    wall_s: float = 10.0
    cpu_s: int = 10
    """Of each process."""
    address_space: int | None = 1024 * MIB
    """Of each process; None for runtimes that reserve far more than they use (the JVM)."""
    memory: int = 1024 * MIB
    """Of all processes together: resident pages of their own and shared memory; looked at twenty times a second."""
    processes: int = 32
    """Processes and threads together."""
    scratch: int = 64 * MIB
    output: int = 4 * MIB
    """Of standard output, standard error and the report, each."""
    open_files: int = 256


@dataclass(frozen=True, slots=True)
class Job:
    """A command, absolute path first, with what it may see.

    `files` appear under BOX by their relative path; `folders` of this machine appear at their own place, read-only.
    """

    command: tuple[str, ...]
    files: Mapping[str, bytes] = field(default_factory=dict)
    stdin: bytes = b""
    folders: tuple[Path, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = Limits()


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a job ended and what it said; all of it is untrusted.

    `status` is the exit status, or the signal's number negated; `peak` the largest memory that was seen, in bytes.
    """

    ending: Ending
    status: int
    stdout: bytes
    stderr: bytes
    report: bytes
    seconds: float
    peak: int

    @property
    def ok(self) -> bool:
        """Whether it ran to its own end without an error."""
        return self.ending == "exited" and self.status == 0


def python(*arguments: str) -> tuple[str, ...]:
    """Return the command of this process's Python (the base installation, no packages), isolated from user settings."""
    return (str(Path(sys.executable).resolve()), "-I", "-B", *arguments)
