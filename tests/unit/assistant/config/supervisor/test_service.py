import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path

import pytest

from assistant.config.supervisor.errors import StartFailed
from assistant.config.supervisor.service import Patience, Service
from tests.unit.assistant.config.supervisor.children import lives, python

QUICK = Patience(poll=0.02, watch=0.02, check=0.05, hung_after=3, first_delay=0.02, longest_delay=0.1)
SLEEPER = "import time; time.sleep(60)"


async def _until(happens: object, seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while not happens():  # type: ignore[operator]  # noqa: ASYNC110 - processes set no event
            await asyncio.sleep(0.02)


async def test_up_returns_once_the_gate_says_healthy(tmp_path: Path) -> None:
    asked: list[int] = []

    def third_time() -> bool:
        asked.append(1)
        return len(asked) >= 3

    service = Service(python("a", SLEEPER, tmp_path).gated(third_time, start_seconds=10), print, QUICK)
    await service.up()
    assert len(asked) == 3
    assert service.pid is not None
    service.finish(0)


async def test_a_child_that_dies_three_times_fails_the_start_with_its_last_words(tmp_path: Path) -> None:
    spec = python("broken", "print('cannot open the thing'); raise SystemExit(3)", tmp_path)
    with pytest.raises(StartFailed, match="cannot open the thing"):
        await Service(spec.gated(lambda: False, start_seconds=10), print, QUICK).up()
    assert spec.log.read_text(encoding="utf-8").count("cannot open") == 3


async def test_a_child_that_is_killed_comes_back_and_it_is_told(tmp_path: Path) -> None:
    said: list[str] = []
    restarted: list[int] = []
    spec = python("phoenix", SLEEPER, tmp_path)
    service = Service(spec, said.append, QUICK, on_restart=lambda: restarted.append(1))
    await service.up()
    first = service.pid
    assert first is not None
    keeper = asyncio.create_task(service.keep())
    os.kill(first, signal.SIGKILL)
    await _until(lambda: restarted)
    assert service.pid != first
    assert service.restarts == 1
    assert "code -9" in said[0]
    assert "将在" in said[0]
    keeper.cancel()
    with suppress(asyncio.CancelledError):
        await keeper
    service.finish(0)


async def test_the_wait_between_restarts_grows_up_to_its_limit(tmp_path: Path) -> None:
    said: list[str] = []
    service = Service(python("brief", "pass", tmp_path), said.append, QUICK)
    await service.up()
    keeper = asyncio.create_task(service.keep())
    await _until(lambda: service.restarts >= 5)
    keeper.cancel()
    with suppress(asyncio.CancelledError):
        await keeper
    service.finish(0)
    delays = [line.split("again in ")[1].split(" s")[0] for line in said if "again in" in line]
    assert delays[0] == "0.0"
    assert delays[-1] == "0.1"


async def test_a_child_that_runs_but_does_not_answer_is_replaced(tmp_path: Path) -> None:
    healthy = [True]
    said: list[str] = []
    service = Service(python("hung", SLEEPER, tmp_path).gated(lambda: healthy[0], start_seconds=5), said.append, QUICK)
    await service.up()
    first = service.pid
    assert first is not None
    keeper = asyncio.create_task(service.keep())
    healthy[0] = False
    await _until(lambda: service.restarts == 1)
    healthy[0] = True
    await _until(lambda: service.pid != first)
    assert "does not answer" in said[0]
    assert not lives(first)
    keeper.cancel()
    with suppress(asyncio.CancelledError):
        await keeper
    service.finish(0)


async def test_a_start_that_takes_too_long_is_a_failure(tmp_path: Path) -> None:
    service = Service(
        python("slow", SLEEPER, tmp_path).gated(lambda: False, start_seconds=0.1), print, Patience(poll=0.01, starts=1)
    )
    with pytest.raises(StartFailed, match="slow did not start"):
        await service.up()
    service.finish(0)
