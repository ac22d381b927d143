"""What the tests need from the distribution: `infra/test-packages.txt`, one Debian package a line."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from infra.bootstrap.checks import Problem

PACKAGES = Path(__file__).resolve().parents[1] / "test-packages.txt"


def ensure(*, ci: bool) -> None:
    """Install what is missing when we may; else say what is missing. Raises Problem, always when `ci` is set."""
    missing = [package for package in wanted() if not _is_there(package)]
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"Installing {' '.join(missing)} / 正在安装系统软件包", flush=True)
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *missing]):
            subprocess.run(
                ["apt-get", *command], env=quiet, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
            )
        missing = [package for package in missing if not _is_there(package)]
    if missing:
        names = " ".join(missing)
        problem = Problem(
            f"The browser tests need: {names}. On Debian or Ubuntu, as root: apt-get install {names}",
            f"浏览器测试需要:{names}。Debian 或 Ubuntu 请以 root 运行:apt-get install {names}",
        )
        if ci:
            raise problem
        print(f"{problem}  The tests that need them will say so and be skipped. / 相关测试将跳过。\n", flush=True)


def wanted() -> list[str]:
    """The packages' names."""
    lines = PACKAGES.read_text(encoding="utf-8").splitlines()
    return [line.split()[0] for line in lines if line.strip() and not line.startswith("#")]


def _is_there(package: str) -> bool:
    if shutil.which("dpkg-query") is None:
        return shutil.which(package) is not None
    command = ["dpkg-query", "--show", "--showformat=${db:Status-Status}", package]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout == "installed"
