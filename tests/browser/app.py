"""The whole assistant for browser tests: `manage.py up` with the real demo, and a model's server that follows a script.

The script speaks the OpenAI protocol over a real socket; everything on our side of that socket is the real thing. With
MODEL_URL and MODEL_NAME in the environment the tests talk to that model instead.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).parents[2]
MODEL = "scripted"
SAID = {"zh": "葡萄牙的首都是里斯本。", "en": "Lisbon is the capital of Portugal."}


class ScriptedServer(ThreadingHTTPServer):
    """Answers chat completions with one sentence, a word at a time."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Completions)
        self.url = f"http://127.0.0.1:{self.server_address[1]}/v1"
        self.pause = 0.02
        self.left = threading.Event()
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()


class _Completions(BaseHTTPRequestHandler):
    server: ScriptedServer

    def log_message(self, *_: object) -> None:
        """Stay quiet."""

    def do_GET(self) -> None:
        known = {"data": [{"id": MODEL, "object": "model"}], "object": "list", "version": "scripted"}
        self._reply("application/json", json.dumps(known).encode())

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        question = asked["messages"][-1]["content"]
        text = SAID["zh" if any("一" <= letter <= "鿿" for letter in question[-40:]) else "en"]
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        try:
            self._say(text)
        except (BrokenPipeError, ConnectionResetError):
            self.server.left.set()

    def _say(self, text: str) -> None:
        for piece in [*(text[at : at + 4] for at in range(0, len(text), 4)), None]:
            delta = {} if piece is None else {"content": piece}
            choice = {"index": 0, "delta": delta, "finish_reason": "stop" if piece is None else None}
            self._send(
                {"id": "c", "object": "chat.completion.chunk", "model": MODEL, "created": 0, "choices": [choice]}
            )
            time.sleep(self.server.pause)
        self.wfile.write(b"data: [DONE]\n\n")

    def _send(self, chunk: dict[str, Any]) -> None:
        self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
        self.wfile.flush()

    def _reply(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class ForeignPage(ThreadingHTTPServer):
    """One page on an origin that no site lists."""

    daemon_threads = True

    def __init__(self, page: str) -> None:
        super().__init__(("127.0.0.1", 0), _Page)
        self.page = page.encode()
        self.url = f"http://127.0.0.1:{self.server_address[1]}/"
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()


class _Page(BaseHTTPRequestHandler):
    server: ForeignPage

    def log_message(self, *_: object) -> None:
        """Stay quiet."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/" else 204)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(self.server.page if self.path == "/" else b"")


@dataclass(slots=True)
class App:
    """A running assistant."""

    url: str
    data_dir: Path
    process: subprocess.Popen[bytes]
    model: ScriptedServer
    scripted: bool

    @property
    def password(self) -> str:
        """The administrator's."""
        return (self.data_dir / "secrets" / "admin_password").read_text("utf-8").strip()

    def ready(self) -> dict[str, bool]:
        """What /readyz says; nothing while nobody answers."""
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as response:
                body = response.read()
        except urllib.error.HTTPError as error:
            body = error.read()
        except OSError:
            return {}
        found: dict[str, bool] = json.loads(body)
        return found


def start(data_dir: Path, port: int, model: ScriptedServer) -> App:
    """Start the command; `wait` before use."""
    outside = {"DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "PUBLIC_URL", "MODEL"}
    environ = {name: value for name, value in os.environ.items() if name not in outside}
    scripted = "MODEL_URL" not in os.environ
    environ |= {"DATA_DIR": str(data_dir), "PORT": str(port)}
    if scripted:
        environ |= {"MODEL_URL": model.url, "MODEL_NAME": MODEL}
    with (data_dir / "up.out").open("wb") as output:
        command = [sys.executable, "manage.py", "up"]
        process = subprocess.Popen(command, cwd=CHECKOUT, env=environ, stdout=output, stderr=output)
    return App(f"http://127.0.0.1:{port}", data_dir, process, model, scripted)


def wait(app: App, seconds: float) -> None:
    """Return when every layer answers. Raises TimeoutError with the command's own words."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and app.process.poll() is None:
        state = app.ready()
        if state and all(state.values()):
            return
        time.sleep(0.5)
    said = (app.data_dir / "up.out").read_text("utf-8", "replace")[-3000:]
    raise TimeoutError(f"the assistant did not become ready ({app.ready()}):\n{said}")
