import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from assistant.config.supervisor import process, redis_server
from assistant.config.supervisor.redis_server import Store
from tests.unit.assistant.config.supervisor.children import eventually


def _run(data_dir: Path) -> tuple[Store, process.Spec, object]:
    store = redis_server.store(data_dir)
    spec = redis_server.spec(store, data_dir / "logs" / "redis.log", megabytes=32)
    child = process.launch(spec)
    assert eventually(store.answers), process.last_lines(spec.log)
    return store, spec, child


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rd")


@pytest.fixture
def running(place: Path) -> Iterator[Store]:
    store, spec, child = _run(place)
    yield store
    process.stop(child, spec)  # type: ignore[arg-type]


def test_it_answers_with_the_password_and_refuses_without(running: Store) -> None:
    with redis.Redis.from_url(running.url) as client:
        assert client.ping()
    with redis.Redis(unix_socket_path=str(running.socket)) as stranger, pytest.raises(redis.AuthenticationError):
        stranger.ping()


def test_the_file_with_the_password_is_for_its_owner_alone(running: Store) -> None:
    config = running.folder / "redis.conf"
    assert running.password in config.read_text(encoding="utf-8")
    assert stat.S_IMODE(config.stat().st_mode) == 0o600


def test_memory_is_bounded(running: Store) -> None:
    with redis.Redis.from_url(running.url) as client:
        assert client.config_get("maxmemory") == {"maxmemory": str(32 * 2**20)}


def test_what_was_written_survives_a_restart(place: Path) -> None:
    store, spec, child = _run(place)
    with redis.Redis.from_url(store.url) as client:
        client.set("turn", "kept")
    process.stop(child, spec)  # type: ignore[arg-type]
    assert not store.answers()
    store, spec, child = _run(place)
    with redis.Redis.from_url(store.url) as client:
        assert client.get("turn") == b"kept"
    process.stop(child, spec)  # type: ignore[arg-type]


def test_where_the_path_is_too_long_for_a_socket_it_listens_on_the_loopback(place: Path) -> None:
    store, spec, child = _run(place / ("d" * 60) / ("e" * 60))
    assert store.url.startswith("redis://:")
    assert store.answers()
    process.stop(child, spec)  # type: ignore[arg-type]
