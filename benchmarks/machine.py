"""What a figure was measured on."""

from __future__ import annotations

import os
import platform
from importlib import metadata
from pathlib import Path


def _ticks(stat: Path = Path("/proc/stat")) -> tuple[int, int]:
    """Ticks of all processors since boot that a hypervisor gave to others, and all of them; zeros where unknown."""
    try:
        ticks = [int(field) for field in stat.read_text().split("\n", 1)[0].split()[1:9]]
    except OSError:
        return 0, 0
    return (ticks[7], sum(ticks)) if len(ticks) == 8 else (0, 0)


_BEGAN = _ticks()


def stolen(began: tuple[int, int] = _BEGAN, stat: Path = Path("/proc/stat")) -> float | None:
    """Share of this machine's processor time, 0 to 1, that its hypervisor gave to others since the benchmark began.

    None where the kernel does not tell. A rate that was measured while much was stolen is the neighbours', not ours.
    """
    now = _ticks(stat)
    return round((now[0] - began[0]) / (now[1] - began[1]), 3) if now[1] > began[1] else None


def processor() -> str:
    """Name the processor as the kernel does, or the architecture where it does not say."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.machine()


def describe(*packages: str) -> dict[str, str | int | float | None]:
    """Gather machine and versions; a package that is not installed reads `absent`. Call it after measuring: `stolen`
    counts from the start.
    """
    facts: dict[str, str | int | float | None] = {
        "processor": processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**30,
        "python": platform.python_version(),
        "stolen": stolen(),
    }
    for package in packages:
        try:
            facts[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            facts[package] = "absent"
    return facts


def processor_seconds() -> float:
    """What this process and those that come from it have worked so far: figures that other load cannot change much."""
    ticks = os.sysconf("SC_CLK_TCK")
    return sum(_worked(pid) for pid in [os.getpid(), *_descendants(os.getpid())]) / ticks


def _worked(pid: int) -> int:
    """Ticks of the clock in user and kernel mode; 0 for a process that has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return int(fields[11]) + int(fields[12])


def _descendants(pid: int) -> list[int]:
    found: list[int] = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = [int(child) for child in path.read_text().split()]
        except OSError:
            continue
        for child in children:
            found += [child, *_descendants(child)]
    return found
