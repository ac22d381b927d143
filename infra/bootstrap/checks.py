"""What a machine must have before anything is downloaded. Each problem says what to do, in English and Chinese."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.config.env import Env

CHECKOUT = Path(__file__).resolve().parents[2]
GIB = 2**30
DISK = 12 * GIB
"""Environment, models and data of a full installation."""
DISK_SPARE = 1 * GIB
"""What must be free when everything is there already."""
MEMORY = int(6.5 * GIB)
"""The smallest generator and everything around it."""
MEMORY_WITHOUT_MODEL = int(2.5 * GIB)


class Problem(Exception):
    """Something is missing; the message says what to do."""

    def __init__(self, english: str, chinese: str) -> None:
        super().__init__(f"\n  {english}\n  {chinese}\n")


def python_version() -> None:
    """The lock files are made for one minor version."""
    if sys.version_info[:2] != (3, 11):
        raise Problem(
            f"Python 3.11 is needed, this is {sys.version.split()[0]}. Install it (Debian 12 has it; elsewhere pyenv "
            "or uv) and run: PYTHON=python3.11 make run",
            f"需要 Python 3.11,当前为 {sys.version.split()[0]}。请安装后运行:PYTHON=python3.11 make run",
        )


def before_start(settings: Env, *, installed: bool) -> None:
    """Port, compiler, memory and disk. Raises Problem."""
    _port(settings)
    _compiler()
    _memory(settings)
    _disk(settings, installed=installed)


def _port(settings: Env) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", settings.port))
        except OSError:
            runs = (CHECKOUT / "var" / "run.json").exists()
            who = "an assistant that runs already (see var/run.json)" if runs else "another program"
            who_zh = "已在运行的助手(见 var/run.json)" if runs else "其他程序"
            other = settings.port + 1
            raise Problem(
                f"Port {settings.port} is taken by {who}. Stop it, or choose another: PORT={other} make run",
                f"端口 {settings.port} 已被{who_zh}占用。请先停止它,或换一个端口:PORT={other} make run",
            ) from None


def _compiler() -> None:
    if not any(shutil.which(name) for name in ("c++", "g++", "clang++")):
        raise Problem(
            "A C++ compiler is needed. On Debian or Ubuntu: apt-get install g++",
            "需要 C++ 编译器。Debian 或 Ubuntu 请运行:apt-get install g++",
        )


def _memory(settings: Env) -> None:
    available = available_memory()
    needed = MEMORY_WITHOUT_MODEL if settings.without_model or settings.model_url else MEMORY
    if available < needed:
        raise Problem(
            f"{available / GIB:.1f} GiB of memory are free, {needed / GIB:.1f} are needed. Close other programs, or "
            f"run without a model (FAQ and search only, {MEMORY_WITHOUT_MODEL / GIB:.1f} GiB): MODEL=none make run",
            f"可用内存 {available / GIB:.1f} GiB,需要 {needed / GIB:.1f} GiB。请关闭其他程序,"
            "或不启用模型(仅常见问题与检索):MODEL=none make run",
        )


def available_memory() -> int:
    """Bytes that can be had without swapping, within the control group's limit if there is one."""
    fields = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines())
    available = int(fields["MemAvailable"].split()[0]) * 1024
    limit, used = (Path(f"/sys/fs/cgroup/memory.{name}") for name in ("max", "current"))
    if limit.exists() and (ceiling := limit.read_text(encoding="ascii").strip()) != "max":
        available = min(available, int(ceiling) - int(used.read_text(encoding="ascii")))
    return available


def _disk(settings: Env, *, installed: bool) -> None:
    there = settings.data_dir if settings.data_dir.exists() else CHECKOUT
    free = shutil.disk_usage(there).free
    present = DISK - DISK_SPARE if installed else _size(CHECKOUT / ".venv")
    needed = max(DISK_SPARE, DISK - present)
    if free < needed:
        raise Problem(
            f"{free / GIB:.1f} GiB are free at {there}, {needed / GIB:.1f} are needed. Make room, or put data "
            "elsewhere: DATA_DIR=/other/disk make run",
            f"{there} 可用空间 {free / GIB:.1f} GiB,需要 {needed / GIB:.1f} GiB。请腾出空间,或更换目录:"
            "DATA_DIR=/other/disk make run",
        )


def _size(folder: Path) -> int:
    total = 0
    for place, _, names in os.walk(folder):
        total += sum((Path(place) / name).lstat().st_size for name in names)
    return total
