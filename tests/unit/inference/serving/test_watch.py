"""The report on a running server, gathered from a real process, a real `/metrics` and real files."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inference.serving.watch import Gpu, Report, Watched, Watcher


@pytest.fixture
def metrics() -> Iterator[Any]:
    """A server whose metrics a test writes."""

    class Handler(BaseHTTPRequestHandler):
        text = ""

        def do_GET(self) -> None:
            assert self.path == "/metrics"
            self.send_response(200)
            self.end_headers()
            self.wfile.write(self.text.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()

    def say(text: str) -> str:
        Handler.text = text
        return f"http://127.0.0.1:{server.server_port}"

    yield say
    server.shutdown()
    thread.join()
    server.server_close()


def tokens(count: int) -> str:
    return f'vllm:generation_tokens_total{{engine="0"}} {count}.0\nvllm:generation_tokens_total{{engine="1"}} 1.0\n'


def watcher(tmp_path: Path, url: str = "http://127.0.0.1:9", **options: Any) -> Watcher:
    watched = Watched(url, tmp_path, tmp_path / "activity.json", gpu="smi" in options)
    return Watcher(watched, every=0.02, **options)


def test_tokens_a_second_are_those_of_the_time_in_which_some_were_written(tmp_path: Path, metrics: Any) -> None:
    watching = watcher(tmp_path, metrics(tokens(10)))
    first = watching.look(os.getpid(), "HouseInt4Experts")
    assert (first.tokens, first.tokens_per_second) == (11, None)
    metrics(tokens(30))
    second = watching.look(os.getpid(), "HouseInt4Experts")
    assert second.tokens_per_second is not None
    assert second.tokens_per_second > 0
    third = watching.look(os.getpid(), "HouseInt4Experts")  # idle since
    assert third.tokens_per_second == second.tokens_per_second


def test_a_server_that_does_not_answer_is_reported_without_a_rate(tmp_path: Path) -> None:
    report = watcher(tmp_path).look(os.getpid(), "unknown")
    assert (report.tokens, report.tokens_per_second) == (0, None)
    assert report.memory_bytes > 2**20


def test_the_work_of_children_counts(tmp_path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        watching = watcher(tmp_path)
        watching.look(os.getpid(), "k")
        deadline = time.monotonic() + 30
        while watching.look(os.getpid(), "k").busy_cores < 0.05:
            assert time.monotonic() < deadline
            time.sleep(0.2)
    finally:
        child.kill()
        child.wait()


def test_a_process_that_is_gone_uses_nothing(tmp_path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    report = watcher(tmp_path).look(child.pid, "k")
    assert (report.memory_bytes, report.busy_cores) == (0, 0.0)


def test_what_the_ranks_counted_is_in_the_report(tmp_path: Path) -> None:
    np.savez(tmp_path / "rank-7.npz", layers=[2], domains=["other", "finance"], counts=[[[0, 1], [5, 0]]])
    report = watcher(tmp_path).look(os.getpid(), "k")
    assert (report.layers, report.domains, report.counts) == ((2,), ("other", "finance"), (((0, 1), (5, 0)),))


@pytest.mark.parametrize(
    ("said", "gpus"),
    [("37, 1024\n5, 2", (Gpu(use=0.37, memory_bytes=2**30), Gpu(use=0.05, memory_bytes=2**21))), ("[N/A], x", ())],
)
def test_gpus_say_how_busy_they_are(tmp_path: Path, said: str, gpus: tuple[Gpu, ...]) -> None:
    report = watcher(tmp_path, smi=("printf", said)).look(os.getpid(), "k")
    assert report.gpus == gpus


def test_without_the_tool_there_are_no_gpus_to_show(tmp_path: Path) -> None:
    assert watcher(tmp_path, smi=("no-such-program",)).look(os.getpid(), "k").gpus == ()


def test_the_file_is_whole_whenever_it_is_read_and_gone_with_the_server(tmp_path: Path) -> None:
    watching, target = watcher(tmp_path), tmp_path / "activity.json"
    target.write_text("left by an earlier server")
    watching.prepare()
    assert not target.exists()
    watching.begin(os.getpid(), "HouseInt4Experts")
    deadline = time.monotonic() + 30
    while not target.exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    for _ in range(20):
        assert Report.model_validate_json(target.read_bytes()).kernel == "HouseInt4Experts"
        time.sleep(0.005)
    watching.end()
    assert not target.exists()
