"""The hub's own client against a server on the loopback that answers as the hub does."""

import hashlib
import http.server
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import huggingface_hub.constants
import pytest

from inference.catalog.errors import SourceUnavailable
from inference.catalog.sources.hub import fetch_from_hub
from inference.catalog.types import Artefact, HubSource

CONTENT = b"weights" * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()
SOURCE = HubSource("nobody/tiny", "a" * 40, "tiny.bin")


class _Hub(http.server.BaseHTTPRequestHandler):
    gets: list[str]
    announced: str

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def do_GET(self) -> None:
        self.gets.append(self.path)
        self._answer(with_body=True)

    def _answer(self, *, with_body: Any) -> None:
        found = self.path == f"/nobody/tiny/resolve/{'a' * 40}/tiny.bin"
        self.send_response(200 if found else 404)
        self.send_header("ETag", f'"{self.announced}"')
        self.send_header("X-Repo-Commit", "a" * 40)
        self.send_header("Content-Length", str(len(CONTENT)) if found else "0")
        self.end_headers()
        if found and with_body:
            self.wfile.write(CONTENT)

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    handler = type("Handler", (_Hub,), {"gets": [], "announced": SHA256})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    _point_client_to(monkeypatch, f"http://127.0.0.1:{server.server_port}")
    yield handler
    server.shutdown()
    server.server_close()
    thread.join()


def _point_client_to(monkeypatch: pytest.MonkeyPatch, url: Any) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", url)
    monkeypatch.setattr(
        huggingface_hub.constants, "HUGGINGFACE_CO_URL_TEMPLATE", url + "/{repo_id}/resolve/{revision}/{filename}"
    )
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)


@pytest.fixture
def artefact() -> Any:
    return Artefact("tiny.bin", len(CONTENT), SHA256, (SOURCE,))


def test_the_file_arrives_whole_and_progress_counts_its_bytes(hub: Any, artefact: Artefact, tmp_path: Path) -> None:
    done = []
    path = fetch_from_hub(SOURCE, artefact, tmp_path, done.append)
    assert path.read_bytes() == CONTENT
    assert sum(done) == len(CONTENT)
    assert list(tmp_path.iterdir()) == [path]


def test_another_file_is_refused_before_it_is_downloaded(hub: Any, artefact: Artefact, tmp_path: Path) -> None:
    hub.announced = "b" * 64
    with pytest.raises(SourceUnavailable, match="announces SHA-256 bbb"):
        fetch_from_hub(SOURCE, artefact, tmp_path, lambda _: None)
    assert hub.gets == []


def test_another_size_is_refused_too(hub: Any, tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match="announces 7000 bytes, the catalogue pins 1"):
        fetch_from_hub(SOURCE, Artefact("tiny.bin", 1, SHA256, (SOURCE,)), tmp_path, lambda _: None)


def test_a_file_that_is_not_there_is_a_source_that_failed(hub: Any, artefact: Artefact, tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match="404"):
        fetch_from_hub(HubSource("nobody/tiny", "a" * 40, "other.bin"), artefact, tmp_path, lambda _: None)


def test_nobody_listening_is_known_at_once(artefact: Artefact, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _point_client_to(monkeypatch, "http://127.0.0.1:9")
    begun = time.monotonic()
    with pytest.raises(SourceUnavailable, match="ConnectError"):
        fetch_from_hub(SOURCE, artefact, tmp_path, lambda _: None)
    assert time.monotonic() - begun < 5


def test_a_hub_that_swallows_packets_is_given_three_seconds(
    artefact: Artefact, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        _point_client_to(monkeypatch, f"http://127.0.0.1:{silent.getsockname()[1]}")
        begun = time.monotonic()
        with pytest.raises(SourceUnavailable, match="Timeout"):
            fetch_from_hub(SOURCE, artefact, tmp_path, lambda _: None)
        assert time.monotonic() - begun < 10


def test_offline_mode_asks_nobody(
    hub: Any, artefact: Artefact, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(SourceUnavailable, match="HF_HUB_OFFLINE"):
        fetch_from_hub(SOURCE, artefact, tmp_path, lambda _: None)
    assert hub.gets == []
