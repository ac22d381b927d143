"""The Python environment of this checkout, from a lock file with hashes, in `.venv`.

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
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from infra.bootstrap.checks import Problem

if TYPE_CHECKING:
    from assistant.config.env import Env

CHECKOUT = Path(__file__).resolve().parents[2]
VENV = CHECKOUT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed-from"
LOG = CHECKOUT / "var" / "logs" / "install.log"
PYTORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"

_PIP = (
    "-m",
    "pip",
    "install",
    "--no-deps",
    "--require-hashes",
    "--no-input",
    "--disable-pip-version-check",
    "--no-compile",
)
_STEP = re.compile(r"^\s*(Collecting|Processing|Requirement already satisfied)")


def install(settings: Env, *, tests: bool) -> None:
    """Make `.venv` hold what the lock says, unless it does already. Raises Problem."""
    if is_done(settings, tests=tests):
        return
    lock = _lock(settings, tests=tests)
    print(f"Installing from {lock.relative_to(CHECKOUT)} (once) / 正在安装依赖(仅首次)", flush=True)
    started = time.monotonic()
    _make_venv()
    blocks = _requirements(lock)
    torch = [block for block in blocks if block.startswith("torch==")]
    _install_torch(torch)
    _pip(lock.read_text(encoding="utf-8"), len(blocks))
    STAMP.write_text(_fingerprint(lock), encoding="ascii")
    print(f"\rInstalled {len(blocks)} packages in {time.monotonic() - started:.0f} s / 安装完成{'':20}", flush=True)


def is_done(settings: Env, *, tests: bool) -> bool:
    """Whether the environment is what the lock says; what tests need includes what a run needs."""
    if not (STAMP.exists() and PYTHON.exists()):
        return False
    enough = {
        _fingerprint(_lock(settings, tests=kind)) for kind in {True, tests} if _lock(settings, tests=kind).exists()
    }
    return STAMP.read_text(encoding="ascii") in enough


def _lock(settings: Env, *, tests: bool) -> Path:
    gpu = settings.accelerator == "gpu" or (settings.accelerator == "auto" and shutil.which("nvidia-smi") is not None)
    return CHECKOUT / "infra" / "locks" / f"{'gpu' if gpu else 'cpu'}{'-test' if tests and not gpu else ''}.txt"


def _fingerprint(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()


def _make_venv() -> None:
    if (
        PYTHON.exists()
        and subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0
    ):
        return
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], capture_output=True, text=True, check=False)
    if made.returncode != 0:
        raise Problem(
            f"Python cannot make a virtual environment. On Debian or Ubuntu: apt-get install python3-venv\n{made.stdout}",
            "Python 无法创建虚拟环境。Debian 或 Ubuntu 请运行:apt-get install python3-venv",
        )


def _requirements(lock: Path) -> list[str]:
    """One entry a package, with its hashes."""
    return re.split(r"\n(?=[A-Za-z0-9])", lock.read_text(encoding="utf-8").strip())


def _install_torch(blocks: list[str]) -> None:
    try:
        _pip("\n".join(blocks), len(blocks))
    except Problem as problem:
        if "+cpu" not in blocks[0] or "No matching distribution" not in str(problem):
            raise
        _pip("\n".join(blocks), len(blocks), "--extra-index-url", PYTORCH_CPU_INDEX)


def _pip(requirements: str, count: int, *options: str) -> None:
    """Install, showing how far it is. Raises Problem with pip's own last words."""
    LOG.parent.mkdir(parents=True, exist_ok=True)
    asked = LOG.with_name("requirements.txt")
    asked.write_text(requirements, encoding="utf-8")
    command = [str(PYTHON), *_PIP, *options, "-r", str(asked)]
    with (
        LOG.open("a", encoding="utf-8") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8") as pip,
    ):
        lines = list(_shown(pip, log, count))
    if pip.returncode != 0:
        said = "\n    ".join(line for line in lines if "is ignored" not in line)
        raise Problem(
            f"Installing failed; pip said:\n    {said}\n  Check the network and the disk, then run it again: what was "
            f"downloaded is kept. The whole log: {LOG}",
            f"安装失败。请检查网络和磁盘后重新运行,已下载的内容会保留。日志:{LOG}",
        )


def _shown(pip: subprocess.Popen[str], log: object, count: int) -> Iterator[str]:
    """Follow pip: everything to the log, a bar to the terminal; yields the last lines."""
    kept: list[str] = []
    done = 0
    for line in pip.stdout or ():
        print(line, end="", file=log)  # type: ignore[call-overload]
        kept = [*kept[-12:], line.rstrip()]
        if _STEP.match(line):
            done += 1
            _bar(done, count, line.split("==")[0].split()[-1])
        elif line.startswith("Installing collected"):
            _bar(count, count, "unpacking / 解包")
    yield from kept


def _bar(done: int, count: int, name: str) -> None:
    if sys.stdout.isatty():
        filled = 30 * min(done, count) // count
        print(f"\r  [{'#' * filled}{'.' * (30 - filled)}] {done}/{count} {name[:30]:30}", end="", flush=True)
    elif done % 50 == 0:
        print(f"  {done}/{count}", flush=True)
