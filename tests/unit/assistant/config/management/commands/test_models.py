import json
import subprocess
import sys
from pathlib import Path

from assistant.config.env import CHECKOUT


def _models(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environ = {"PATH": "/usr/bin:/bin", "DATA_DIR": str(folder), "HOME": str(folder)}
    command = [sys.executable, "manage.py", "models", *arguments]
    return subprocess.run(command, cwd=CHECKOUT, env=environ, capture_output=True, text=True, check=False)


def test_the_list_names_encoder_and_generators(tmp_path: Path) -> None:
    done = _models(tmp_path, "list", "--json")
    assert done.returncode == 0, done.stderr
    names = {row["name"] for row in json.loads(done.stdout.splitlines()[-1])}
    assert "multilingual-e5-small" in names


def test_an_unknown_name_fails_with_the_catalogues_own_words(tmp_path: Path) -> None:
    done = _models(tmp_path, "path", "no-such-model")
    assert done.returncode != 0
    assert "no-such-model" in done.stderr
