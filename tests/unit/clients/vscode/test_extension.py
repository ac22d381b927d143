"""The extension: its own tests by Node's runner, its types, its package, and no key in anything that is kept."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from infra.bootstrap import node_packages

CHECKOUT = Path(__file__).resolve().parents[4]
EXTENSION = CHECKOUT / "clients" / "vscode"
KIB = 1024


@pytest.fixture(scope="module")
def npm() -> str:
    """The command, once what the lock names is installed."""
    command = shutil.which("npm")
    if command is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI=true, but there is no npm: install what infra/test-packages.txt names")
        pytest.skip("no npm: install what infra/test-packages.txt names")
    node_packages.install(EXTENSION)
    return command


def run(npm: str, script: str) -> str:
    done = subprocess.run(
        [npm, "run", "--silent", script], cwd=EXTENSION, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-6000:]
    return done.stdout


def test_the_types_hold(npm: str) -> None:
    run(npm, "types")


def test_its_own_tests_pass(npm: str) -> None:
    passed = re.search(r"^# pass (\d+)$", run(npm, "test"), re.MULTILINE)
    assert passed is not None
    assert int(passed.group(1)) >= 80


@pytest.fixture(scope="module")
def package(npm: str) -> Path:
    """The .vsix."""
    run(npm, "package")
    return next((EXTENSION / "dist").glob("*.vsix"))


def test_the_package_is_small_and_complete(package: Path) -> None:
    assert package.stat().st_size <= 100 * KIB
    with zipfile.ZipFile(package) as archive:
        assert archive.testzip() is None
        names = set(archive.namelist())
    assert names == {
        "extension.vsixmanifest",
        "[Content_Types].xml",
        *(
            f"extension/{name}"
            for name in (
                "package.json", "package.nls.json", "package.nls.zh-cn.json", "README.md", "LICENSE.txt",
                "dist/extension.js", "l10n/bundle.l10n.zh-cn.json",
            )
        ),
    }  # fmt: skip


def test_the_package_is_the_same_when_made_again(npm: str, package: Path) -> None:
    before = package.read_bytes()
    run(npm, "package")
    assert package.read_bytes() == before


def test_the_one_file_needs_only_what_the_editor_has(package: Path) -> None:
    with zipfile.ZipFile(package) as archive:
        code = archive.read("extension/dist/extension.js").decode()
    needed = set(re.findall(r"\brequire\(\"([^\"]+)\"\)", code))
    assert {name for name in needed if not name.startswith("node:")} == {"vscode"}
