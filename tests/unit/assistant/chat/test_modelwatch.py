"""An eye on the model's server."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator

import pytest

from assistant.chat.modelwatch import ModelWatch


class Health(http.server.BaseHTTPRequestHandler):
    """Answers /health with the server's `status`."""

    def do_GET(self) -> None:
        self.server.asked.append(self.path)  # type: ignore[attr-defined]
        self.send_response(self.server.status)  # type: ignore[attr-defined]
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[http.server.HTTPServer]:
    made = http.server.HTTPServer(("127.0.0.1", 0), Health)
    made.status, made.asked = 503, []  # type: ignore[attr-defined]
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()


def test_warming_ends_with_the_first_good_answer_and_never_returns(server: http.server.HTTPServer) -> None:
    now = [0.0]
    watch = ModelWatch(f"http://127.0.0.1:{server.server_port}/v1", clock=lambda: now[0])
    assert not watch.up()
    assert watch.warming
    server.status = 200  # type: ignore[attr-defined]
    assert not watch.up()  # looked a moment ago
    now[0] = 2.0
    assert watch.up()
    assert not watch.warming
    server.status, now[0] = 503, 4.0  # type: ignore[attr-defined]
    assert not watch.up()
    assert not watch.warming
    assert server.asked == ["/health"] * 3  # type: ignore[attr-defined]


def test_nothing_listens_and_nothing_configured() -> None:
    assert not ModelWatch("http://127.0.0.1:1/v1").up()
    without = ModelWatch(None)
    assert not without.up()
    assert not without.warming
