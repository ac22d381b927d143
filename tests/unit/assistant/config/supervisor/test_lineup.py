import http.server
import threading
from pathlib import Path

import pytest

from assistant.config import env
from assistant.config.services import Services
from assistant.config.supervisor import lineup, sockets
from assistant.config.supervisor.lineup import Lineup

SERVICES = Services("postgresql://u:p@/d", "redis://h", "http://127.0.0.1:9/v1", "m", "/models/e5")


def _line(folder: Path, port: int = 8123) -> Lineup:
    settings = env.read({"DATA_DIR": str(folder), "PORT": str(port)})
    return Lineup(settings, lineup.environment(settings, SERVICES))


def test_the_web_server_listens_on_the_loopback_alone_with_two_workers(tmp_path: Path) -> None:
    argv = " ".join(_line(tmp_path).web().argv)
    assert "--host 127.0.0.1 --port 8123 --workers 2" in argv
    assert "assistant.config.asgi:application" in argv


def test_those_who_ask_come_before_the_worker_where_processors_are_short(tmp_path: Path) -> None:
    line = _line(tmp_path)
    assert line.web().nice == 0
    assert line.worker().nice > 0


def test_a_web_worker_that_loads_on_a_busy_machine_is_given_time(tmp_path: Path) -> None:
    argv = _line(tmp_path).web().argv
    assert float(argv[argv.index("--timeout-worker-healthcheck") + 1]) >= 30


def test_the_web_workers_share_their_connections(tmp_path: Path) -> None:
    argv = _line(tmp_path).web().argv
    assert argv[argv.index("--loop") + 1] == "assistant.config.sharing:SharingLoop"


def test_our_programs_are_told_the_choices_that_were_made(tmp_path: Path) -> None:
    environ = _line(tmp_path).environ
    assert environ["DATABASE_URL"] == SERVICES.database_url
    assert environ["MODEL_NAME"] == "m"
    again = env.read(environ)
    assert (again.port, again.data_dir, again.encoder_dir) == (8123, tmp_path, Path("/models/e5"))


def test_without_a_model_our_programs_are_told_so_explicitly(tmp_path: Path) -> None:
    settings = env.read({"DATA_DIR": str(tmp_path), "MODEL": "none"})
    environ = lineup.environment(settings, Services("postgresql://u@/d", "redis://h"))
    assert env.read(environ).without_model


def test_every_child_has_a_log_of_its_own(tmp_path: Path) -> None:
    line = _line(tmp_path)
    logs = {spec.log for spec in (line.web(), line.worker(), line.command("migrate", "migrate"))}
    assert logs == {tmp_path / "logs" / f"{name}.log" for name in ("web", "worker", "migrate")}


def test_another_database_has_everything_still_to_do() -> None:
    assert lineup.schema_fingerprint("postgresql://a") != lineup.schema_fingerprint("postgresql://b")
    assert lineup.schema_fingerprint("postgresql://a") == lineup.schema_fingerprint("postgresql://a")
    assert lineup.demo_fingerprint("postgresql://a") != lineup.demo_fingerprint("postgresql://b")


def test_another_encoder_needs_another_index_but_not_another_schema() -> None:
    assert lineup.index_fingerprint("postgresql://a", "/e5/r1") != lineup.index_fingerprint("postgresql://a", "/e5/r2")
    assert lineup.index_fingerprint("postgresql://a", "/e5/r1") != lineup.index_fingerprint("postgresql://b", "/e5/r1")


class _Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/healthz" else 503)
        self.end_headers()

    def log_message(self, *_: object) -> None:  # type: ignore[override]
        pass


@pytest.mark.parametrize(("path", "well"), [("/healthz", True), ("/readyz", False)])
def test_only_an_ok_counts_as_an_answer(path: str, well: bool) -> None:
    with http.server.HTTPServer(("127.0.0.1", 0), _Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        assert lineup.answers(f"http://127.0.0.1:{server.server_port}{path}") is well
        server.shutdown()


def test_nobody_listening_is_no_answer() -> None:
    assert lineup.answers(f"http://127.0.0.1:{sockets.free_port()}/healthz") is False
