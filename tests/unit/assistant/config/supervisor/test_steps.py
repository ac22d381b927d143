import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.config.supervisor import steps
from assistant.config.supervisor.errors import StartFailed
from tests.unit.assistant.config.supervisor.children import eventually, lives, python


async def test_a_step_gives_the_last_line_of_its_output(tmp_path: Path) -> None:
    spec = python("pull", "import sys; print('working', file=sys.stderr); print('a'); print('/the/folder')", tmp_path)
    assert await steps.run(spec) == "/the/folder"
    assert spec.log.read_text(encoding="utf-8") == "working\n"


async def test_a_silent_step_gives_an_empty_line(tmp_path: Path) -> None:
    assert await steps.run(python("silent", "pass", tmp_path)) == ""


async def test_a_failed_step_says_where_its_log_is_and_how_it_ends(tmp_path: Path) -> None:
    spec = python("load", "import sys; sys.exit('no such file: 汇率.csv')", tmp_path)
    with pytest.raises(StartFailed, match="汇率") as failure:
        await steps.run(spec)
    assert str(spec.log) in str(failure.value)
    assert "code 1" in str(failure.value)


async def test_a_cancelled_step_leaves_no_child(tmp_path: Path) -> None:
    spec = python(
        "long", "import os, time; print(os.getpid(), file=open('pid', 'w'), flush=True); time.sleep(60)", tmp_path
    )
    task = asyncio.create_task(steps.run(replace(spec, cwd=tmp_path)))
    pid_file = tmp_path / "pid"
    while not (pid_file.exists() and pid_file.read_text(encoding="ascii").strip()):  # noqa: ASYNC110 - no event
        await asyncio.sleep(0.02)
    pid = int(pid_file.read_text(encoding="ascii"))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert eventually(lambda: not lives(pid))


def test_a_step_that_succeeded_is_remembered_until_its_input_changes(tmp_path: Path) -> None:
    steps.Done(tmp_path).add("schema", "one")
    again = steps.Done(tmp_path)
    assert again.has("schema", "one")
    assert not again.has("schema", "two")
    assert not again.has("demo", "one")


def test_a_forgotten_step_runs_again_and_forgetting_twice_is_no_error(tmp_path: Path) -> None:
    done = steps.Done(tmp_path)
    done.add("index", "one")
    done.forget("index")
    done.forget("index")
    assert not steps.Done(tmp_path).has("index", "one")
