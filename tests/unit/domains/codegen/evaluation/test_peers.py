"""The peer's environment is pinned and made on demand; peer and judge run inside the sandbox."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from domains.codegen.engine.types import Project
from domains.codegen.evaluation import peers
from domains.codegen.evaluation.inside.judge import configuration
from domains.codegen.evaluation.peers import NOTHING, PeerAbsent, judged, packages, pynguin, version
from sandbox import Sandbox

SHOP = b"def fee(total):\n    if total > 100:\n        return 0\n    return total // 10 + 1\n"
PROJECT = Project({"shop.py": SHOP}, "shop.py")
WEAK = "from shop import fee\n\n\ndef test_a_fee_is_a_number():\n    assert fee(50) is not None\n"
STRONG = (
    "import pytest\nfrom shop import fee\n\n\n"
    "@pytest.mark.parametrize(('total', 'wanted'), [(100, 11), (101, 0), (50, 6), (9, 1)])\n"
    "def test_fee(total, wanted):\n    assert fee(total) == wanted\n"
)
WRONG = "\n\ndef test_that_fails_anyway():\n    assert fee(1) == 7\n"
here = pytest.mark.skipif(not (peers.HOME / "bin" / "python").exists(), reason="the peer was not asked for yet")


def test_every_package_is_pinned_to_one_version() -> None:
    rows = [line for line in peers.PINS.read_text().splitlines() if line and not line.startswith("#")]
    assert {"pynguin", "mutmut", "pytest"} <= {row.split("==")[0] for row in rows}
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", row) for row in rows)
    assert version("pynguin") == "0.48.0"


def test_an_environment_is_made_once_from_the_pins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[list[str]] = []

    def run(command: list[str]) -> None:
        commands.append(command)
        (tmp_path / "home" / "lib" / "python3.11" / "site-packages" / "pynguin").mkdir(parents=True, exist_ok=True)

    monkeypatch.setattr(peers, "_run", run)
    first = packages(tmp_path / "home", tmp_path / "pins.txt")
    assert packages(tmp_path / "home", tmp_path / "pins.txt") == first == tmp_path / "home/lib/python3.11/site-packages"
    assert [command[0] for command in commands] == [sys.executable, str(tmp_path / "home" / "bin" / "pip")]
    assert commands[1][-2:] == ["-r", str(tmp_path / "pins.txt")]


def test_an_environment_that_cannot_be_made_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "_run", lambda _command: None)
    with pytest.raises(PeerAbsent, match="holds no Pynguin"):
        packages(tmp_path / "home")


def test_a_command_that_fails_is_told() -> None:
    with pytest.raises(PeerAbsent, match="no such thing"):
        peers._run([sys.executable, "-c", "raise SystemExit('no such thing')"])


@pytest.mark.parametrize(("failing", "lines"), [([], 0), (["test_a", "test_b[1]"], 2)])
def test_the_judge_leaves_out_what_fails_anyway(tmp_path: Path, failing: list[str], lines: int) -> None:
    for name in ("shop.py", "other.py", "tests", "setup.cfg"):
        (tmp_path / name).touch()
    text = configuration("shop.py", ["test_shop.py"], failing, tmp_path)
    assert "source_paths=shop.py" in text
    assert "    other.py" in text
    assert "    shop.py" not in text
    assert text.count("--deselect=tests/test_shop.py::") == lines


def test_no_tests_need_no_judge() -> None:
    assert judged(Sandbox(), Path("unused"), PROJECT, {}) == NOTHING


@pytest.mark.slow
@here
def test_mutmut_tells_a_strong_suite_from_a_weak_one_and_ignores_tests_that_fail() -> None:
    folder = packages()
    weak, strong, mixed = (
        judged(Sandbox(), folder, PROJECT, {"test_shop.py": text}) for text in (WEAK, STRONG, STRONG + WRONG)
    )
    assert weak.mutants == strong.mutants == mixed.mutants >= 6
    assert weak.killed < strong.killed == mixed.killed
    assert (strong.coverage.line, strong.coverage.branch) == (1.0, 1.0)


@pytest.mark.slow
@here
def test_pynguin_writes_tests_inside_the_sandbox() -> None:
    written = pynguin(Sandbox(), packages(), PROJECT, 5).files
    assert list(written) == ["test_shop.py"]
    assert "shop" in written["test_shop.py"]
