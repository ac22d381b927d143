import sys
from pathlib import Path

import pytest

from infra.bootstrap import pip_progress

TALK = """
print("Looking in indexes: https://example.org/simple")
print("WARNING: Location '/nowhere' is ignored: it is either a non-existing path or lacks a specific scheme.")
for n in range(100):
    print(f"Collecting package{n}==1.0 (from -r lock.txt (line {n}))")
print("Installing collected packages: package0")
"""


def test_a_stream_of_lines_becomes_a_few_and_the_log_has_all(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "install.log"
    code, words = pip_progress.follow([sys.executable, "-c", TALK], log, 100)
    assert code == 0
    assert capsys.readouterr().out.split() == ["50/100", "100/100", "100/100"]
    assert len(log.read_text(encoding="utf-8").splitlines()) == 103
    assert "is ignored" in log.read_text(encoding="utf-8")
    assert "is ignored" not in words


def test_a_failure_gives_the_last_words(tmp_path: Path) -> None:
    talk = "import sys; print('first'); sys.exit('ERROR: THESE PACKAGES DO NOT MATCH THE HASHES')"
    code, words = pip_progress.follow([sys.executable, "-c", talk], tmp_path / "install.log", 1)
    assert code == 1
    assert words.endswith("DO NOT MATCH THE HASHES")
