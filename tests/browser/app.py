"""The whole assistant for browser tests: `manage.py up` with the real demo, and vLLM serving the small mixture."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
MODEL = "qwen2.5-coder-0.5b-moe"


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

    def command(self, *words: str) -> str:
        """What a management command prints."""
        environ = {**os.environ, "DATA_DIR": str(self.data_dir)}
        environ.pop("DJANGO_SETTINGS_MODULE", None)
        line = [sys.executable, "manage.py", *words]
        return subprocess.run(
            line, cwd=CHECKOUT, env=environ, capture_output=True, text=True, timeout=240, check=True
        ).stdout

    def model_is_busy(self) -> bool:
        """Whether vLLM works on a request, by its own account."""
        services = json.loads((self.data_dir / "services.json").read_text("utf-8"))
        address = services["model_url"].removesuffix("/v1") + "/metrics"
        with urllib.request.urlopen(address, timeout=5) as response:
            counts = re.findall(r"^vllm:num_requests_(?:running|waiting)\S* ([\d.]+)$", response.read().decode(), re.M)
        assert counts, f"{address} counts no requests"
        return any(float(count) > 0 for count in counts)


def start(data_dir: Path, port: int) -> App:
    """Start the command; `wait` before use."""
    outside = {"DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "PUBLIC_URL", "MODEL_URL", "MODEL_NAME"}
    environ = {name: value for name, value in os.environ.items() if name not in outside}
    environ |= {"DATA_DIR": str(data_dir), "PORT": str(port), "MODEL": MODEL}
    with (data_dir / "up.out").open("wb") as output:
        command = [sys.executable, "manage.py", "up"]
        process = subprocess.Popen(command, cwd=CHECKOUT, env=environ, stdout=output, stderr=output)
    return App(f"http://127.0.0.1:{port}", data_dir, process)


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
