"""The widget's modules on their own, by Node's test runner."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

TESTS = sorted((Path(__file__).parent / "js").glob("*.test.mjs"))
NODE = shutil.which("node")


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.name)
def test_the_modules_pass_their_own_tests(path: Path) -> None:
    if NODE is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI=true, but there is no Node: install what infra/test-packages.txt names")
        pytest.skip("no Node: install what infra/test-packages.txt names")
    done = subprocess.run([NODE, "--test", str(path)], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout[-6000:]
