import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

from assistant.config import warming

LOADS = """
import sys, time
from pathlib import Path
from assistant.config.warming import Mark
mark = Mark(Path(sys.argv[1]))
print("marked", flush=True)
time.sleep(60)
"""


async def test_a_mark_stands_from_the_start_until_the_worker_can_answer(tmp_path: Path) -> None:
    ready: list[bool] = []
    task = asyncio.create_task(warming.Mark(tmp_path / "warming").until(lambda: bool(ready)))
    await asyncio.sleep(0.05)
    assert warming.anyone(tmp_path / "warming")
    ready.append(True)
    await task
    assert not warming.anyone(tmp_path / "warming")


def test_a_worker_that_is_stopped_while_it_loads_takes_its_mark_along(tmp_path: Path) -> None:
    mark = warming.Mark(tmp_path)
    assert warming.anyone(tmp_path)
    mark.remove()
    mark.remove()
    assert not warming.anyone(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_mark_of_a_worker_that_was_killed_counts_for_nothing(tmp_path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", LOADS, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    with child, child.stdout:
        assert child.stdout.readline() == "marked\n"
        assert warming.anyone(tmp_path)
        child.send_signal(signal.SIGKILL)
    assert [mark.name for mark in tmp_path.iterdir()] == [str(child.pid)]
    assert not warming.anyone(tmp_path)


def test_a_number_given_to_another_process_does_not_revive_a_mark(tmp_path: Path) -> None:
    (tmp_path / str(os.getpid())).touch()
    assert not warming.anyone(tmp_path)


def test_before_the_first_start_nobody_loads(tmp_path: Path) -> None:
    assert not warming.anyone(tmp_path / "none")
