import subprocess
import sys
from pathlib import Path

import pytest

from assistant.config.env import CHECKOUT


def _bootstrap(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environ = {"PATH": "/usr/bin:/bin", **variables}
    command = [sys.executable, "-S", "-m", "infra.bootstrap", *arguments]
    return subprocess.run(command, cwd=CHECKOUT, env=environ, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("arguments", [[], ["start"], ["run", "now"]])
def test_what_it_does_not_understand_it_explains(arguments: list[str]) -> None:
    done = _bootstrap(*arguments)
    assert done.returncode == 2
    assert "run|test|install" in done.stderr


def test_a_bad_setting_stops_it_before_anything_is_installed(tmp_path: Path) -> None:
    done = _bootstrap("run", PORT="many", DATA_DIR=str(tmp_path / "data"))
    assert done.returncode == 1
    assert "PORT='many'" in done.stderr
    assert "应为" in done.stderr
    assert not (tmp_path / "data").exists()


def test_it_needs_nothing_but_the_standard_library() -> None:
    # -S keeps site-packages out; the run would fail at an import before it looks at the setting
    assert "ModuleNotFoundError" not in _bootstrap("run", PORT="many").stderr
