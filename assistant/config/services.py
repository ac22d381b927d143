"""Where the services of this installation listen: from the environment, else those that the supervisor runs itself.

The supervisor writes `DATA_DIR/services.json`; commands beside it (`manage.py ask`) and the web server find the same
places there. Without that file the addresses are the ones the supervisor would choose first.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from assistant.config.env import Env


@dataclass(frozen=True, slots=True)
class Services:
    """Addresses of what the assistant talks to, and the encoder it was started with."""

    database_url: str
    redis_url: str
    model_url: str | None = None
    model_name: str | None = None
    encoder_dir: str | None = None

    def save(self, data_dir: Path) -> None:
        """Write the file whole, readable by its owner alone (addresses carry passwords)."""
        draft = data_dir / ".services.json"
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")
        draft.replace(path_of(data_dir))


def path_of(data_dir: Path) -> Path:
    """Where the supervisor leaves the addresses."""
    return data_dir / "services.json"


def resolve(env: Env) -> Services:
    """The environment first, then the supervisor's file, then nothing listens yet."""
    path = path_of(env.data_dir)
    found = Services(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else _nowhere(env.data_dir)
    without = env.without_model
    return Services(
        database_url=env.database_url or found.database_url,
        redis_url=env.redis_url or found.redis_url,
        model_url=None if without else env.model_url or found.model_url,
        model_name=None if without else env.model_name or found.model_name,
        encoder_dir=str(env.encoder_dir) if env.encoder_dir else found.encoder_dir,
    )


def _nowhere(data_dir: Path) -> Services:
    """Addresses for commands that run before the first start and need no service (makemigrations, help)."""
    return Services(
        database_url=f"postgresql://assistant@/assistant?host={data_dir}/postgres/socket",
        redis_url=f"unix://{data_dir}/redis/redis.sock",
    )
