import asyncio
import os
from pathlib import Path

import pytest

from assistant.config import warming


async def test_a_mark_stands_from_the_start_until_the_worker_can_answer(tmp_path: Path) -> None:
    ready: list[bool] = []
    warming.leave_mark(tmp_path / "warming")
    task = asyncio.create_task(warming.mark_until(lambda: bool(ready), tmp_path / "warming"))
    await asyncio.sleep(0.05)
    assert warming.anyone(tmp_path / "warming")
    ready.append(True)
    await task
    assert not warming.anyone(tmp_path / "warming")


async def test_a_worker_that_is_stopped_while_it_loads_takes_its_mark_along(tmp_path: Path) -> None:
    warming.leave_mark(tmp_path)
    task = asyncio.create_task(warming.mark_until(lambda: False, tmp_path))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not warming.anyone(tmp_path)


def test_the_mark_of_a_worker_that_was_killed_counts_for_nothing(tmp_path: Path) -> None:
    child = os.posix_spawn("/bin/true", ["true"], {})
    os.waitpid(child, 0)
    (tmp_path / str(child)).touch()
    assert not warming.anyone(tmp_path)


def test_before_the_first_start_nobody_loads(tmp_path: Path) -> None:
    assert not warming.anyone(tmp_path / "none")
