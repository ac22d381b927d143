"""Which children this installation needs, and how each is started."""

from __future__ import annotations

import hashlib
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from assistant.config.env import CHECKOUT, Env, for_child
from assistant.config.services import Services
from assistant.config.supervisor.process import Spec

WEB_WORKERS = 2
HUNG_SECONDS = 30
"""uvicorn's own five end a process that is loading on a machine busy with other things, and the next one, and so on."""
WORKER_NICE = 5
"""A third of a web process's weight: turns still leave Redis, and documents get on, while everybody asks."""
_MANAGE = CHECKOUT / "manage.py"


@dataclass(frozen=True, slots=True)
class Lineup:
    """Builds the specs of our own programs; all of them share one environment."""

    env: Env
    environ: Mapping[str, str]

    def log(self, name: str) -> Path:
        """Where a child writes."""
        return self.env.data_dir / "logs" / f"{name}.log"

    def command(self, name: str, *arguments: str) -> Spec:
        """A management command."""
        return self._spec(name, str(_MANAGE), *arguments)

    def module(self, name: str, module: str, *arguments: str) -> Spec:
        """A module run as a program."""
        return self._spec(name, "-m", module, *arguments)

    def web(self) -> Spec:
        """The web server: two processes on one port."""
        url = f"http://127.0.0.1:{self.env.port}/healthz"
        return self._spec(
            "web",
            *("-m", "uvicorn", "assistant.config.asgi:application"),
            *("--host", "127.0.0.1", "--port", str(self.env.port), "--workers", str(WEB_WORKERS)),
            *("--loop", "assistant.config.sharing:SharingLoop", "--http", "httptools"),
            *("--no-access-log", "--log-level", "warning"),
            *("--timeout-graceful-shutdown", "3", "--timeout-worker-healthcheck", str(HUNG_SECONDS)),
            "--no-server-header",
        ).gated(partial(answers, url), start_seconds=180.0)

    def worker(self) -> Spec:
        """The ingestion worker. Where processors are short it waits for those who ask: what it does can be later."""
        return replace(self._spec("worker", str(_MANAGE), "worker"), nice=WORKER_NICE)

    def _spec(self, name: str, *arguments: str) -> Spec:
        return Spec(name, (sys.executable, *arguments), self.log(name), self.environ, CHECKOUT)


def own_environment(env: Env) -> dict[str, str]:
    """What the catalogue's programs are told: they know nothing of databases."""
    return for_child(DATA_DIR=str(env.data_dir), PYTHONUNBUFFERED="1", HF_HUB_OFFLINE="0")


def environment(env: Env, services: Services) -> dict[str, str]:
    """What our own programs are told: the choices are made once, here."""
    chosen = {
        "DATA_DIR": str(env.data_dir),
        "PORT": str(env.port),
        "DATABASE_URL": services.database_url,
        "REDIS_URL": services.redis_url,
        "MODEL_URL": services.model_url or "",
        "MODEL_NAME": services.model_name or "none",
        "ENCODER_DIR": services.encoder_dir or "",
        "TOKENIZERS_PARALLELISM": "false",
        "PYTHONUNBUFFERED": "1",
    }
    return for_child(**chosen)


def schema_fingerprint(database_url: str) -> str:
    """Changes when a migration comes or goes, or the database is another one."""
    migrations = sorted(str(path.relative_to(CHECKOUT)) for path in CHECKOUT.glob("assistant/*/migrations/*.py"))
    return _digest(database_url, *migrations)


def demo_fingerprint(database_url: str) -> str:
    """Changes when a file of the demo knowledge base does, or the database is another one."""
    files = sorted(path for path in CHECKOUT.glob("assistant/knowledge/demo/**/*") if path.is_file())
    return _digest(database_url, *(f"{path.relative_to(CHECKOUT)} {path.stat().st_size}" for path in files))


def index_fingerprint(database_url: str, encoder_dir: str) -> str:
    """Changes with the demo, and with the encoder: an index holds the vectors of one."""
    return _digest(demo_fingerprint(database_url), encoder_dir)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def answers(url: str) -> bool:
    """Whether a GET is answered with 200 within five seconds."""
    try:
        with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310 - our own loopback address
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False
