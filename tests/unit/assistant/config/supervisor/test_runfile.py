import json
import stat
from pathlib import Path

import pytest

from assistant.config.supervisor import runfile
from assistant.config.supervisor.runfile import RunFile


def test_it_holds_the_names_that_others_rely_on_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "var" / "run.json"
    RunFile("http://127.0.0.1:8000", "ak_1", "admin", "secret", "/data", {"python": "3.11"}, {"web": 7}).save(path)
    found = json.loads(path.read_text(encoding="utf-8"))
    assert found.items() >= {
        "url": "http://127.0.0.1:8000", "api_key": "ak_1", "admin_user": "admin", "admin_password": "secret",
        "versions": {"python": "3.11"}, "processes": {"web": 7},
    }.items()  # fmt: skip
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["run.json"]


def test_it_is_written_in_the_checkout_and_beside_the_data_and_both_are_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runfile, "PATH", tmp_path / "checkout" / "run.json")
    RunFile("u", "k", "a", "p", str(tmp_path)).save_everywhere()
    assert (tmp_path / "checkout" / "run.json").read_text() == (tmp_path / "run.json").read_text()
    runfile.remove(tmp_path)
    runfile.remove(tmp_path)
    assert list(tmp_path.rglob("run.json")) == []


def test_anothers_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runfile, "PATH", tmp_path / "run.json")
    RunFile("u", "k", "a", "p", "/of/another").save(tmp_path / "run.json")
    runfile.remove(tmp_path / "mine")
    assert runfile.data_dir_of(tmp_path / "run.json") == "/of/another"


def test_the_versions_name_what_answers() -> None:
    assert {"python", "django", "torch"} <= runfile.versions().keys()
