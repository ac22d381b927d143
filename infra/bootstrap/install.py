"""The Python environment of this checkout, from a lock file with hashes.

PyTorch goes first: its CPU build is not on the package index. It is looked for where pip is configured to look
(find-links and the like), then on PyTorch's own index. Dependencies are never resolved: the lock is complete, and the
model server's own list asks for builds that do not work beside a CPU PyTorch.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from infra.bootstrap.checks import Problem
from infra.bootstrap.pip_progress import follow

if TYPE_CHECKING:
    from assistant.config.env import Env

CHECKOUT = Path(__file__).resolve().parents[2]
LOG = CHECKOUT / "var" / "logs" / "install.log"
PYTORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"

_PIP = (
    *("-m", "pip", "install", "--no-deps", "--require-hashes", "--no-input"),
    *("--disable-pip-version-check", "--no-compile"),
)


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment and the lock files that would do for it, the wanted one first."""

    folder: Path
    locks: tuple[Path, ...]

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / "bin" / "python"

    @property
    def stamp(self) -> Path:
        """Names what it was installed from."""
        return self.folder / "installed-from"

    def is_done(self) -> bool:
        """Whether it holds what one of the locks says."""
        if not (self.stamp.exists() and self.python.exists()):
            return False
        return self.stamp.read_text(encoding="ascii") in {_fingerprint(lock) for lock in self.locks}


def environment(settings: Env, *, tests: bool) -> Environment:
    """Choose the environment: the tests run on the CPU build, which also does for a run; a GPU has its own."""
    locks = CHECKOUT / "infra" / "locks"
    gpu = settings.accelerator == "gpu" or (settings.accelerator == "auto" and shutil.which("nvidia-smi") is not None)
    if gpu and not tests:
        return Environment(CHECKOUT / ".venv-gpu", (locks / "gpu.txt",))
    full = locks / "cpu-test.txt"
    return Environment(CHECKOUT / ".venv", (full,) if tests else (locks / "cpu.txt", full))


def install(wanted: Environment) -> None:
    """Make the environment hold what its lock says, unless it does already. Raises Problem."""
    if wanted.is_done():
        return
    lock = wanted.locks[0]
    print(f"Installing from {lock.relative_to(CHECKOUT)} (once) / 正在安装依赖(仅首次)", flush=True)
    started = time.monotonic()
    _make(wanted)
    blocks = requirements(lock.read_text(encoding="utf-8"))
    if torch := [block for block in blocks if block.startswith("torch==")]:
        _install_torch(wanted, torch)
    _pip(wanted, blocks)
    wanted.stamp.write_text(_fingerprint(lock), encoding="ascii")
    print(f"\rInstalled {len(blocks)} packages in {time.monotonic() - started:.0f} s / 安装完成{'':20}", flush=True)


def requirements(lock: str) -> list[str]:
    """One entry a package, with its hashes."""
    return re.split(r"\n(?=[A-Za-z0-9])", lock.strip())


def _fingerprint(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()


def _make(wanted: Environment) -> None:
    if wanted.python.exists() and _run(str(wanted.python), "-m", "pip", "--version") == 0:
        return
    if _run(sys.executable, "-m", "venv", "--clear", str(wanted.folder)) != 0:
        raise Problem(
            "Python cannot make a virtual environment. On Debian or Ubuntu: apt-get install python3-venv",
            "Python 无法创建虚拟环境。Debian 或 Ubuntu 请运行:apt-get install python3-venv",
        )


def _run(*command: str) -> int:
    return subprocess.run(command, capture_output=True, check=False).returncode


def _install_torch(wanted: Environment, blocks: list[str]) -> None:
    try:
        _pip(wanted, blocks)
    except Problem as problem:
        if "+cpu" not in blocks[0] or "No matching distribution" not in str(problem):
            raise
        _pip(wanted, blocks, "--extra-index-url", PYTORCH_CPU_INDEX)


def _pip(wanted: Environment, blocks: list[str], *options: str) -> None:
    """Install, showing how far it is. Raises Problem with pip's own last words."""
    LOG.parent.mkdir(parents=True, exist_ok=True)
    asked = LOG.with_name("requirements.txt")
    asked.write_text("\n".join(blocks) + "\n", encoding="utf-8")
    code, said = follow([str(wanted.python), *_PIP, *options, "-r", str(asked)], LOG, len(blocks))
    if code != 0:
        raise Problem(
            f"Installing failed; pip said:\n    {said}\n  Check the network and the disk, then run it again: what was "
            f"downloaded is kept. The whole log: {LOG}",
            f"安装失败。请检查网络和磁盘后重新运行,已下载的内容会保留。日志:{LOG}",
        )
