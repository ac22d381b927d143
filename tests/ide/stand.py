"""The real assistant for a session of journeys, and the server of a real VS Code beside it."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn

from assistant.api.buckets import Limit
from assistant.api.desk import Desk
from assistant.api.door import Door
from assistant.api.idempotency import Idempotency
from assistant.api.throttle import Throttle
from assistant.chat.stores.connection import Connection
from assistant.chat.stores.frames import Frames
from assistant.chat.stream import Streams
from inference.client.scripted import ScriptedModel
from tests import chatkit

CHECKOUT = Path(__file__).resolve().parents[2]
EXTENSION = CHECKOUT / "clients" / "vscode"
EDITOR = CHECKOUT / "tests" / "ide" / "editor" / "node_modules" / "code-server" / "lib" / "vscode"
LOGGER = Path(__file__).with_name("spdlog.cjs")
SHELL = {"PATH", "LANG", "LC_ALL", "TERM", "SHELL", "TMPDIR"}
"""What the editor has of the environment, as from a developer's shell: pytest's own, DJANGO_SETTINGS_MODULE for one,
would reach the tests that are run in the editor, and be the end of them."""


@dataclass(slots=True)
class Assistant:
    """A running assistant."""

    url: str
    desk: Desk
    server: uvicorn.Server
    thread: threading.Thread

    @property
    def busy(self) -> int:
        """Runs of the test generator that are going on."""
        return len(self.desk.tests._busy)

    def stop(self) -> None:
        """End it."""
        self.server.should_exit = self.server.force_exit = True
        self.thread.join(timeout=10)


def assistant(redis_url: str, limit: Limit | None = None, model: ScriptedModel | None = None) -> Assistant:
    """Start the ASGI application on a loopback port."""
    from django.core.asgi import get_asgi_application

    made = chatkit.room(model, redis_url=redis_url)
    connection = Connection(redis_url, pause=0.2)
    desk = Desk(
        lambda: made, Streams(Frames(connection)), Throttle(connection, limit), Idempotency(connection)
    )  # fmt: skip
    app = Door(get_asgi_application(), lambda: desk)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", lifespan="off", access_log=False))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started:
        assert time.monotonic() < deadline, "the assistant did not start"
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    return Assistant(f"http://127.0.0.1:{port}", desk, server, thread)


@dataclass(slots=True)
class Code:
    """A real VS Code, served to browsers, with our extension installed."""

    folder: Path
    url: str = ""
    process: subprocess.Popen[str] | None = field(default=None, repr=False)

    @property
    def settings(self) -> Path:
        """The machine's settings."""
        return self.folder / "data" / "Machine" / "settings.json"

    @property
    def log(self) -> str:
        """What the extension has written to its output channel, in all windows."""
        files = (self.folder / "data" / "logs").rglob("*MoE Assistant*.log")
        return "".join(file.read_text(encoding="utf-8") for file in sorted(files))

    def set(self, **values: Any) -> None:
        """Write the settings of the machine, before a window is opened."""
        self.settings.parent.mkdir(parents=True, exist_ok=True)
        named = {f"moeAssistant.{name}": value for name, value in values.items()}
        # In a browser VS Code saves by itself after a second: then nothing that is typed is unsaved.
        editor = {"git.enabled": False, "files.autoSave": "off", "telemetry.telemetryLevel": "off"}
        self.settings.write_text(json.dumps({**named, **editor}))

    def start(self, package: Path) -> None:
        """Install the package and serve."""
        node = shutil.which("node") or "node"
        places = [
            "--server-data-dir", str(self.folder / "data"),
            "--user-data-dir", str(self.folder / "data"),
            "--extensions-dir", str(self.folder / "extensions"),
        ]  # fmt: skip
        main = [node, "--require", str(LOGGER), str(EDITOR / "out" / "server-main.js"), *places]
        main.append("--accept-server-license-terms")
        env = {name: value for name, value in os.environ.items() if name in SHELL} | {"HOME": str(self.folder)}
        done = subprocess.run(
            [*main, "--install-extension", str(package)],
            env=env,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert "successfully installed" in done.stdout, done.stdout[-2000:] + done.stderr[-2000:]
        serve = ["--host", "127.0.0.1", "--port", "0", "--without-connection-token", "--telemetry-level", "off"]
        log = (self.folder / "server.log").open("w")
        self.process = subprocess.Popen([*main, *serve], env=env, stdout=log, stderr=subprocess.STDOUT, text=True)
        deadline = time.monotonic() + 60
        while (found := re.search(r"agent listening on (\d+)", (self.folder / "server.log").read_text())) is None:
            assert time.monotonic() < deadline, (self.folder / "server.log").read_text()[-3000:]
            assert self.process.poll() is None, (self.folder / "server.log").read_text()[-3000:]
            time.sleep(0.1)
        self.url = f"http://127.0.0.1:{found.group(1)}"

    def stop(self) -> None:
        """End it and what it started."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(timeout=10)
