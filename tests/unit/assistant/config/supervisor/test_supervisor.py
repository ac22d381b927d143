import asyncio
import io
from pathlib import Path

import pytest
from rich.console import Console

from assistant.config import env
from assistant.config.supervisor import runfile
from assistant.config.supervisor.errors import StartFailed
from assistant.config.supervisor.generator import Generator
from assistant.config.supervisor.process import Spec
from assistant.config.supervisor.screen import Screen
from assistant.config.supervisor.supervisor import Supervisor
from tests.unit.assistant.config.supervisor.children import eventually, lives, python

LOGS_ITS_END = """
import signal, sys, time
def end(*_):
    print('ended', time.monotonic()); sys.exit(0)
signal.signal(signal.SIGTERM, end)
print('up'); time.sleep(60)
"""


@pytest.fixture
def written() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def supervisor(tmp_path: Path, written: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> Supervisor:
    monkeypatch.setattr(runfile, "PATH", tmp_path / "checkout" / "run.json")
    return Supervisor(env.read({"DATA_DIR": str(tmp_path), "MODEL": "none"}), Screen(Console(file=written, width=200)))


def _gated(spec: Spec) -> Spec:
    return spec.gated(lambda: spec.log.exists() and "up" in spec.log.read_text(encoding="utf-8"), start_seconds=10)


def _ended(spec: Spec) -> float:
    return float(spec.log.read_text(encoding="utf-8").split()[-1])


async def test_what_uses_the_database_ends_before_the_database(supervisor: Supervisor, tmp_path: Path) -> None:
    store, web = (_gated(python(name, LOGS_ITS_END, tmp_path)) for name in ("postgres", "web"))
    await supervisor._start("PostgreSQL", store)
    await supervisor._start("web server", web)
    await supervisor.stop()
    assert _ended(web) < _ended(store)


async def test_the_run_file_follows_a_child_that_came_back(supervisor: Supervisor, tmp_path: Path) -> None:
    spec = _gated(python("web", LOGS_ITS_END, tmp_path))
    await supervisor._start("web server", spec)
    supervisor._save_run_file()
    service = supervisor._services[0]
    first = service.pid
    assert first is not None
    assert f'"web": {first}' in (tmp_path / "run.json").read_text(encoding="utf-8")
    service.ask_to_stop()
    async with asyncio.timeout(20):
        while f'"web": {first}' in (tmp_path / "run.json").read_text(encoding="utf-8"):  # noqa: ASYNC110 - a file
            await asyncio.sleep(0.05)
    assert service.pid != first
    await supervisor.stop()
    assert not (tmp_path / "run.json").exists()
    assert service.pid is not None
    assert eventually(lambda: not lives(service.pid or 0))


async def test_a_step_runs_once_for_the_same_state_and_again_for_another(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    spec = python("step", "open('runs', 'a').write('x')", tmp_path)
    spec = Spec(spec.name, spec.argv, spec.log, spec.environ, cwd=tmp_path)
    for state in ("one", "one", "two"):
        await supervisor._once("demo", state, spec)
    assert (tmp_path / "runs").read_text(encoding="utf-8") == "xx"


async def test_a_step_that_fails_is_tried_again_at_the_next_start(supervisor: Supervisor, tmp_path: Path) -> None:
    spec = python("step", "raise SystemExit(1)", tmp_path)
    for _ in range(2):
        with pytest.raises(StartFailed):
            await supervisor._once("demo", "one", spec)


async def test_a_model_that_cannot_be_had_is_told_and_the_rest_goes_on(
    supervisor: Supervisor, written: io.StringIO
) -> None:
    async def fails() -> None:
        raise StartFailed("the checksum is wrong")

    chosen = Generator("m", "http://127.0.0.1:9/v1", "m", 9)
    await supervisor._start_generator(supervisor._tools, chosen, asyncio.create_task(fails()))
    assert "the checksum is wrong" in written.getvalue()
    assert "FAQ and search go on" in written.getvalue()
    assert "照常可用" in written.getvalue()
