"""Real servers for the tests, by the same code that `make run` uses. Each starts when first asked for."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings as hypothesis_settings

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker

    from assistant.config.supervisor.process import Spec
    from retrieval.protocols import Encoder

ENCODER = "multilingual-e5-small"

# a time limit for one example measures the machine, not the property
# the same cases in every run: a change is to blame for what fails; the campaign looks for new ones
hypothesis_settings.register_profile("house", deadline=None, derandomize=True)
hypothesis_settings.register_profile("campaign", deadline=None, max_examples=2000)  # make campaign
hypothesis_settings.load_profile("house")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown() -> None:
    """Stop followers before their database goes: one that outlives its test fails in another's time, or blocks it."""
    for thread in threading.enumerate():
        target = getattr(thread, "_target", None)  # gone when it has ended meanwhile
        if thread.name.startswith("follow-") and target is not None:
            target.__self__.stop()


@pytest.fixture(autouse=True)
def no_language_left_over() -> Iterator[None]:
    """Django's middleware leaves a request's language active in the thread: the next test starts without."""
    from django.utils import translation

    yield
    translation.deactivate()


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The DATA_DIR of this test run."""
    from django.conf import settings

    return Path(settings.HOUSE.data_dir)


@pytest.fixture(scope="session")
def postgres(data_dir: Path) -> Iterator[str]:
    """A running PostgreSQL; its address."""
    from assistant.config.supervisor import postgres
    from tests import settings

    log = data_dir / "logs" / "postgres.log"
    postgres.initialise(settings.CLUSTER, log)
    served = postgres.spec(settings.CLUSTER, log)
    # it is thrown away in the end, and no test of it cuts the power; the server as it is served has tests of its own
    hurried = replace(served, argv=(*served.argv, "-c", "fsync=off", "-c", "full_page_writes=off"))
    with _running(hurried):
        yield settings.CLUSTER.url()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(postgres: str) -> None:
    """pytest-django asks for this before it creates the test database: the moment to have a server."""


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """The whole cluster goes at the end, so the database need not be dropped under a straggler's connection."""
    return True


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The migrated database; tests that commit are cleared up after as `tests.emptying` says."""
    from django.db import connection

    from tests import emptying

    with django_db_blocker.unblock():
        migrated = emptying.made(connection)
        connection.close()
    with emptying.quickly(migrated):
        yield


@pytest.fixture(scope="session")
def redis_server(data_dir: Path) -> Iterator[str]:
    """A running Redis; its address. Tests ask for `redis_url`, which also empties it."""
    from assistant.config.supervisor import redis_server
    from tests import settings

    with _running(redis_server.spec(settings.STORE, data_dir / "logs" / "redis.log")):
        yield settings.STORE.url


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """The address of a real and empty Redis; the settings point to it too."""
    import redis

    with redis.Redis.from_url(redis_server) as client:
        client.flushall()
    return redis_server


@pytest.fixture(scope="session")
def encoder_dir() -> Path:
    """The folder of the default encoder, fetched through the catalogue (once a machine)."""
    import subprocess
    import sys

    command = [sys.executable, "-m", "inference.catalog", "pull", ENCODER]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=True)
    return Path(done.stdout.strip().splitlines()[-1])


@pytest.fixture(scope="session")
def encoder(encoder_dir: Path) -> Encoder:
    """The default encoder itself."""
    from retrieval.encoders.quickest import quickest

    return quickest(encoder_dir)


@pytest.fixture
def house_encoder(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> Encoder:
    """The default encoder as the one that the rooms of this process share."""
    from assistant.knowledge import encoder as shared
    from retrieval.encoders.batching import BatchingEncoder

    batching = BatchingEncoder(encoder)
    monkeypatch.setattr(shared, "_shared", batching)
    return batching


class _running:  # noqa: N801 - reads as a verb in a with statement
    """Starts a server, waits until it answers, stops it."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec

    def __enter__(self) -> None:
        from assistant.config.supervisor import process

        self.process = process.launch(self.spec)
        deadline = time.monotonic() + 30
        while not self.spec.healthy():
            if self.process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"{self.spec.name} did not start:\n{process.last_lines(self.spec.log)}")
            time.sleep(0.02)

    def __exit__(self, *_: object) -> None:
        from assistant.config.supervisor import process

        process.stop(self.process, self.spec)
