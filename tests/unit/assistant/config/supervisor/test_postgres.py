import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from assistant.config.supervisor import postgres, process
from assistant.config.supervisor.postgres import Cluster
from tests.unit.assistant.config.supervisor.children import eventually

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pg")


class Running:
    """A cluster with its server."""

    def __init__(self, data_dir: Path) -> None:
        self.cluster: Cluster = postgres.cluster(data_dir)
        log = data_dir / "logs" / "postgres.log"
        postgres.initialise(self.cluster, log)
        self.spec = postgres.spec(self.cluster, log)
        self.process = process.launch(self.spec)
        assert eventually(self.cluster.answers, 30), process.last_lines(log)

    def stop(self) -> None:
        process.stop(self.process, self.spec)


@pytest.fixture
def running(place: Path) -> Iterator[Running]:
    server = Running(place)
    yield server
    server.stop()


def test_it_answers_with_the_password_and_refuses_without(running: Running) -> None:
    running.cluster.create_database()
    with psycopg.connect(running.cluster.url()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(running.cluster.url().replace(running.cluster.password, "wrong"))


def test_it_listens_on_its_socket_alone(running: Running) -> None:
    with psycopg.connect(running.cluster.url("postgres")) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)


def test_creating_the_database_twice_changes_nothing(running: Running) -> None:
    running.cluster.create_database()
    with psycopg.connect(running.cluster.url()) as connection:
        connection.execute("CREATE TABLE kept (id int)")
    running.cluster.create_database()
    with psycopg.connect(running.cluster.url()) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_a_second_start_finds_the_data_of_the_first_even_after_a_kill(place: Path) -> None:
    first = Running(place)
    first.cluster.create_database()
    with psycopg.connect(first.cluster.url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
    first.process.send_signal(signal.SIGKILL)
    first.process.wait()
    second = Running(place)
    with psycopg.connect(second.cluster.url()) as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (7,)
    second.stop()


def test_the_clusters_folder_is_for_its_owner_alone(running: Running) -> None:
    for folder in (running.cluster.folder, running.cluster.data):
        assert folder.stat().st_mode & 0o077 == 0
    assert sorted(path.name for path in running.cluster.folder.iterdir() if not path.name.startswith(".s.")) == ["data"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root meets this: PostgreSQL refuses to run as root")
def test_as_root_it_runs_unprivileged_even_below_a_folder_that_only_root_may_enter(place: Path) -> None:
    closed = place / "closed"
    closed.mkdir(mode=0o700)
    server = Running(closed / "data")
    try:
        assert server.cluster.identity is not None
        assert server.cluster.identity.keep_passage
        status = Path(f"/proc/{server.process.pid}/status").read_text(encoding="ascii")
        assert f"Uid:\t{server.cluster.identity.uid}\t" in status
        assert closed.stat().st_mode & 0o777 == 0o700
    finally:
        server.stop()


def test_where_the_path_is_too_long_for_a_socket_it_listens_on_the_loopback(place: Path) -> None:
    deep = place / ("d" * 60) / ("e" * 60)
    server = Running(deep)
    try:
        assert server.cluster.port > 0
        with psycopg.connect(server.cluster.url("postgres")) as connection:
            assert connection.execute("SHOW listen_addresses").fetchone() == ("127.0.0.1",)
    finally:
        server.stop()
