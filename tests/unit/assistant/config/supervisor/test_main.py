import json
import socket
from pathlib import Path

import pytest

from assistant.config import env
from assistant.config.supervisor import __main__ as program
from assistant.config.supervisor.errors import AlreadyRunning, CannotStart


def test_a_data_folder_has_one_supervisor_and_the_next_is_told_where_the_first_listens(tmp_path: Path) -> None:
    with program.sole(tmp_path):
        (tmp_path / "run.json").write_text(json.dumps({"url": "http://127.0.0.1:8123"}), encoding="utf-8")
        with pytest.raises(AlreadyRunning, match=r"http://127.0.0.1:8123") as refusal, program.sole(tmp_path):
            pass
    assert "已在运行" in str(refusal.value)


def test_one_that_is_still_starting_is_named_by_its_folder(tmp_path: Path) -> None:
    with program.sole(tmp_path), pytest.raises(AlreadyRunning, match=str(tmp_path)), program.sole(tmp_path):
        pass


def test_after_the_first_has_gone_the_folder_is_free(tmp_path: Path) -> None:
    with program.sole(tmp_path):
        pass
    with program.sole(tmp_path):
        assert (tmp_path / "supervisor.lock").exists()


def test_a_taken_port_is_refused_with_the_next_one_as_a_way_out() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(CannotStart, match=f"PORT={port + 1} make run"):
            program.check_port(env.read({"PORT": str(port)}))


def test_a_bad_setting_ends_it_with_a_message_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(env, "load", lambda: env.read({"PORT": "many"}))
    assert program.main() == 1
    said = capsys.readouterr().out
    assert "PORT='many'" in said
    assert "Traceback" not in said
