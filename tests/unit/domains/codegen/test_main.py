"""The commands: what they print, what they write, and how they refuse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from domains.codegen.__main__ import main
from domains.codegen.engine.types import Coverage, Options, Project
from domains.codegen.evaluation import peers, stryker
from domains.codegen.evaluation.peers import Judged, Suite
from domains.codegen.workshop import Workshop, WorkshopClosed
from sandbox import Sandbox

DOUBLE = "def double(n: int) -> int:\n    if n < 0:\n        raise ValueError('negative')\n    return n * 2\n"


@pytest.fixture
def module(tmp_path: Path) -> Path:
    path = tmp_path / "double.py"
    path.write_text(DOUBLE)
    return path


def test_generate_prints_one_line_of_json(module: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["generate", str(module), "--budget", "1", "--json"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told["line_coverage"] == 1.0
    assert {test["label"] for test in told["tests"]} == {"regression"}


def test_generate_writes_files_and_overwrites_none(
    module: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "tests"
    assert main(["generate", str(module), "--budget", "1", "--out", str(out)]) == 0
    assert "from double import double" in (out / "test_double.py").read_text()
    (out / "test_double.py").write_text("mine")
    assert main(["generate", str(module), "--budget", "1", "--out", str(out)]) == 2
    assert (out / "test_double.py").read_text() == "mine"
    said = capsys.readouterr().err
    assert f"{out / 'test_double.py'} is there already" in said
    assert "--tests" in said
    assert "Errno" not in said


ORDER = """class Order:
    def __init__(self, code: str) -> None:
        if sum(map(ord, code)) % 97 != 5 or len(code) < 9:
            raise ValueError("no such code")
        self.lines = 0

    def add(self, count: int) -> int:
        self.lines += count
        return self.lines
"""
MADE = "import pytest\n\nfrom order import Order\n\n\n@pytest.fixture\ndef order():\n    return Order('ORDER-1-D')\n"


@pytest.mark.parametrize("place", ["tests", "."])
def test_generate_takes_the_fixtures_of_the_projects_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], place: str
) -> None:
    (tmp_path / "order.py").write_text(ORDER)
    (tmp_path / place).mkdir(exist_ok=True)
    (tmp_path / place / "conftest.py").write_text(MADE)
    asked = ["generate", str(tmp_path / "order.py"), "--root", str(tmp_path), "--budget", "2", "--out", str(tmp_path)]
    assert main(asked) == 0
    assert "(order):" in (tmp_path / place / "test_order.py").read_text()
    assert "left out" not in capsys.readouterr().out


def test_generate_says_which_conftest_it_could_not_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "double.py").write_text(DOUBLE)
    (tmp_path / "conftest.py").write_text("import nowhere_at_all\n")
    asked = ["generate", str(tmp_path / "double.py"), "--root", str(tmp_path), "--budget", "1"]
    assert main(asked) == 0
    told = capsys.readouterr().out
    assert "def test_double" in told
    assert "# left out: conftest.py: it cannot be used in the sandbox" in told
    assert "No module named 'nowhere_at_all'" in told


def test_generate_says_where_the_source_is_broken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bad.py").write_text("def f(:\n")
    assert main(["generate", str(tmp_path / "bad.py")]) == 2
    assert capsys.readouterr().err.startswith("1:7: ")


def test_a_file_that_is_not_there_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["generate", str(tmp_path / "absent.py")]) == 2
    assert "absent.py" in capsys.readouterr().err


def test_evaluate_a_folder(module: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", str(module.parent), "--language", "python", "--budget", "1", "--json"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert set(told) == {
        "line_coverage", "branch_coverage", "mutation_score", "bugs_found", "false_alarms", "seconds_p90", "modules",
    }  # fmt: skip
    assert (told["modules"], told["line_coverage"], told["false_alarms"]) == (1, 1.0, 0)


def test_evaluate_beside_a_peer_prints_both_in_one_line(
    module: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def judged(_box: object, _folder: object, _project: object, tests: dict[str, str]) -> Judged:
        seen.extend(tests)
        return Judged(Coverage(1.0 if "test_double.py" in tests else 0.5, None), len(tests), 2)

    monkeypatch.setattr(peers, "packages", lambda: Path("unused"))
    monkeypatch.setattr(peers, "pynguin", lambda *_: Suite({"test_peer.py": "x", "test_more.py": "y"}))
    monkeypatch.setattr(peers, "judged", judged)
    command = ["evaluate", str(module.parent), "--budget", "1", "--peer", "pynguin", "--peer-seconds", "7", "--json"]
    assert main(command) == 0
    printed = capsys.readouterr()
    told = json.loads(printed.out.splitlines()[-1])
    assert told["peer"]["search_seconds"] == 7
    assert (told["judged_coverage"], told["peer"]["coverage"]) == (1.0, 0.5)
    assert (told["judged_mutation_score"], told["peer"]["mutation_score"], told["ahead"]) == (0.5, 1.0, 0.0)
    assert seen == ["test_double.py", "test_peer.py", "test_more.py"]
    assert "Pynguin 2/2" in printed.err


def test_evaluate_programs_with_a_wrong_version(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    row = {"name": "double", "python_correct": DOUBLE, "python_buggy": DOUBLE.replace("n * 2", "n + 2")}
    (tmp_path / "programs.jsonl").write_text(json.dumps(row) + "\n")
    assert main(["evaluate", str(tmp_path / "programs.jsonl"), "--budget", "1", "--json"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (told["bugs_found"], told["false_alarms"]) == (1.0, 0)


def test_a_workshop_without_a_sandbox_is_closed() -> None:
    workshop = Workshop(Sandbox(Path("/nonexistent/bwrap")))
    with pytest.raises(WorkshopClosed, match="cannot be started"):
        workshop.make(Project({"m.py": b"def f(): return 1"}, "m.py"), Options())


def test_a_model_that_is_not_there_is_told_and_the_tests_are_written(
    module: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = tmp_path / "key"
    key.write_text("secret\n")
    asked = ["--model-url", "http://127.0.0.1:9/v1", "--model-name", "small", "--model-key-file", str(key)]
    assert main(["generate", str(module), "--budget", "1", *asked]) == 0
    told = capsys.readouterr().out
    assert "# model away: names 0, reasons 0, inputs 0, expectations 0, suspected bugs 0; not taken 0" in told
    assert "def test_double" in told
    assert "secret" not in told


def test_a_key_that_cannot_be_read_is_said(module: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--model-url", "http://127.0.0.1:9/v1", "--model-key-file", str(tmp_path / "nowhere")]
    assert main(["generate", str(module), *asked]) == 2
    assert "nowhere" in capsys.readouterr().err


@pytest.mark.parametrize(("peer", "language"), [("stryker", "java"), ("stryker", "python"), ("pynguin", "javascript")])
def test_a_peer_of_another_language_is_refused(
    module: Path, capsys: pytest.CaptureFixture[str], peer: str, language: str
) -> None:
    assert main(["evaluate", str(module.parent), "--language", language, "--peer", peer]) == 2
    assert f"{peer} knows" in capsys.readouterr().err


def test_stryker_judges_what_was_written_for_javascript(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "half.js").write_text("exports.half = (n) => (n > 10 ? n / 2 : n);\n")
    seen: list[str] = []

    def judged(_box: object, _folder: object, suites: list[stryker.Suite]) -> list[Judged]:
        seen.extend(name for suite in suites for name in suite.tests)
        return [Judged(Coverage(0.0, None), 3, 4) for _ in suites]

    monkeypatch.setattr(stryker, "packages", lambda: Path("unused"))
    monkeypatch.setattr(stryker, "judged", judged)
    command = ["evaluate", str(tmp_path), "--language", "javascript", "--budget", "30", "--peer", "stryker", "--json"]
    assert main(command) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (told["judged"], told["judged_mutation_score"], told["modules"]) == (1, 0.75, 1)
    assert seen == ["half.test.js"]
