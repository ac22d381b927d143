"""Node packages that tests need, by `npm ci` from lock files with hashes: those of the clients, and Jest.

Jest runs the tests that are generated for JavaScript; a server that offers that needs it too. A run needs none else.
Scripts of packages are not run: none of these needs its own to be used here.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

from infra.bootstrap.checks import Problem

CHECKOUT = Path(__file__).resolve().parents[2]
FOLDERS = (CHECKOUT / "clients" / "vscode", CHECKOUT / "tests" / "ide" / "editor", CHECKOUT / "infra" / "jest")
EDITOR = "node_modules/code-server/lib/vscode"
"""The editor's server serves its packages to browsers out of a folder of its own; ours are the same, by our lock."""
_STAMP = "node_modules/installed-from"
_TIMEOUT_S = 900


def ensure(*, ci: bool) -> None:
    """Install what is missing in every folder. Raises Problem when `ci` is set, else says what does not work."""
    for folder in FOLDERS:
        if not (folder / "package-lock.json").exists():
            continue
        try:
            install(folder)
        except Problem as problem:
            if ci:
                raise
            print(f"{problem}  The tests that need them will say so. / 相关测试会给出提示。\n", flush=True)


def install(folder: Path) -> None:
    """Make `node_modules` hold what the folder's lock says, unless it does already. Raises Problem."""
    stamp = folder / _STAMP
    wanted = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text(encoding="ascii") == wanted:
        return
    npm = shutil.which("npm")
    if npm is None:
        raise Problem(
            "npm is missing: it comes with Node.js 20, or on Debian and Ubuntu, as root: apt-get install npm",
            "缺少 npm：它随 Node.js 20 提供；Debian 或 Ubuntu 也可以 root 运行：apt-get install npm",
        )
    shown = folder.relative_to(CHECKOUT) if folder.is_relative_to(CHECKOUT) else folder
    print(f"Installing Node packages for {shown} (once) / 正在安装 Node 软件包(仅首次)", flush=True)
    _run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder)
    editor = folder / EDITOR
    if editor.exists() and not (editor / "node_modules").exists():
        (editor / "node_modules").symlink_to(folder / "node_modules")
    stamp.write_text(wanted, encoding="ascii")


def _run(command: list[str], folder: Path) -> None:
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=_TIMEOUT_S)
        said, failed = done.stdout + done.stderr, done.returncode != 0
    except subprocess.TimeoutExpired:
        said, failed = f"no end after {_TIMEOUT_S} s", True
    if failed:
        raise Problem(
            f"npm could not install the packages of {folder}; it said:\n    {said.strip()[-1500:]}\n"
            "  Check the network and run it again.",
            f"npm 无法安装 {folder} 的软件包。请检查网络后重新运行。",
        )
