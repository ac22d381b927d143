"""Questions from a terminal."""

from __future__ import annotations

import http.server
import io
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from assistant.api import sse, terminal
from assistant.api.terminal import Running, Wish
from assistant.chat.answers import IntentShown, Source
from assistant.chat.events import Delta, Failed, Finished, Sources, Started
from assistant.errors import Text, Unavailable
from tests.chatkit import PLAIN

WHOLE = replace(
    PLAIN,
    answer="三十天内。[1]",
    layer="retrieval",
    sources=(Source(1, "c", "d", "退货手册", 1, 0.9, page=3),),
    intent=IntentShown("refund", 0.9),
    timings=replace(PLAIN.timings, total_ms=12.0),
)


class Server(http.server.BaseHTTPRequestHandler):
    """Plays events, or refuses."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.server.asked.append(json.loads(self.rfile.read(length)))  # type: ignore[attr-defined]
        status, body = self.server.reply  # type: ignore[attr-defined]
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[http.server.HTTPServer]:
    made = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    events = [Started("i", "c"), Sources(WHOLE.sources), Delta("三十"), Delta("天内。[1]"), Finished(WHOLE)]
    made.reply = (200, b"".join(sse.encode(n, event, "zh") for n, event in enumerate(events, 1)))  # type: ignore[attr-defined]
    made.asked = []  # type: ignore[attr-defined]
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture
def run_file(server: http.server.HTTPServer, settings: object, tmp_path: Path) -> Path:
    from django.conf import settings as house

    path = Path(house.HOUSE.data_dir) / "run.json"
    path.write_text(json.dumps({"url": f"http://127.0.0.1:{server.server_port}", "api_key": "ak_x_y"}))
    yield path
    path.unlink()


def test_a_run_file_of_a_server_that_is_gone_counts_for_nothing(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    assert terminal.running(path) is None
    path.write_text(json.dumps({"url": "http://127.0.0.1:1", "api_key": "k"}))
    assert terminal.running(path) is None


def test_the_answer_streams_with_its_sources_and_where_it_came_from(run_file: Path) -> None:
    out = io.StringIO()
    call_command("ask", "怎么退货？", no_color=True, stdout=out)
    text = out.getvalue()
    assert text.startswith("三十天内。[1]\n")
    assert "[1] 退货手册, 第 3 页" in text
    assert "层: retrieval · 意图: refund · 领域: general · 12 ms" in text


def test_json_is_one_line_and_the_last(run_file: Path, server: http.server.HTTPServer) -> None:
    out = io.StringIO()
    call_command("ask", "怎么退货？", "--json", "--language", "zh", "--domain", "code", stdout=out)
    assert json.loads(out.getvalue().strip().splitlines()[-1])["layer"] == "retrieval"
    assert server.asked == [{"question": "怎么退货？", "language": "zh", "domain": "code", "stream": True}]  # type: ignore[attr-defined]


def test_without_streaming_the_answer_is_printed_once(run_file: Path) -> None:
    out = io.StringIO()
    call_command("ask", "怎么退货？", "--no-stream", no_color=True, stdout=out)
    assert out.getvalue().count("三十天内。[1]") == 1


def test_a_failure_is_an_exit_status_and_a_sentence(run_file: Path, server: http.server.HTTPServer) -> None:
    error = Unavailable(Text("Come back later.", "请稍后再来。"), retry_after=1)
    server.reply = (200, sse.encode(1, Started("i", "c"), "zh") + sse.encode(2, Failed(error), "zh"))  # type: ignore[attr-defined]
    with pytest.raises(CommandError, match="请稍后再来"):
        call_command("ask", "怎么退货？", stdout=io.StringIO())


def test_a_refused_request_is_told_too(server: http.server.HTTPServer) -> None:
    server.reply = (401, json.dumps({"detail": "No such key."}).encode())  # type: ignore[attr-defined]
    running = Running(f"http://127.0.0.1:{server.server_port}", "ak_x_y")
    assert list(terminal.ask_server(running, Wish("q", None, None, None, None))) == [
        ("failed", {"detail": "No such key."})
    ]


def test_events_are_read_whatever_ends_their_lines() -> None:
    lines = ["event: delta\r\n", 'data: {"text": "a"}\r\n', "\r\n", ": still here\n", "event: finished\n", "data: {}\n"]
    assert list(terminal.read_events(iter(lines))) == [("delta", {"text": "a"}), ("finished", {})]
