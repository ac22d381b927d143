import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

from assistant.config.supervisor import process
from tests.unit.assistant.config.supervisor.children import eventually, lives, python

PROTECTIVE = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up'); time.sleep(60)"
WITH_CHILD = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])
print(child.pid)
time.sleep(60)
"""


def _says(log: Path) -> str:
    return log.read_text(encoding="utf-8") if log.exists() else ""


def test_what_a_child_writes_goes_to_its_log(tmp_path: Path) -> None:
    spec = python("talker", "import sys; print('out'); print('err', file=sys.stderr)", tmp_path)
    assert process.launch(spec).wait(10) == 0
    assert sorted(_says(spec.log).split()) == ["err", "out"]


def test_a_child_gets_exactly_the_environment_it_is_given(tmp_path: Path) -> None:
    spec = python("child", "import os; print(sorted(os.environ))", tmp_path)
    process.launch(spec).wait(10)
    assert "'PATH'" in _says(spec.log)
    assert "HOME" not in _says(spec.log)


def test_a_child_that_stands_back_gets_a_higher_niceness_and_others_none(tmp_path: Path) -> None:
    code = "import os; print(os.getpriority(os.PRIO_PROCESS, 0))"
    for spec in (replace(python("back", code, tmp_path), nice=2), python("front", code, tmp_path)):
        process.launch(spec).wait(10)
    said = {name: int(_says(python(name, "", tmp_path).log)) for name in ("back", "front")}
    here = os.getpriority(os.PRIO_PROCESS, 0)
    assert said == {"back": min(19, here + 2), "front": here}


def test_stopping_waits_for_the_child_to_end_by_itself(tmp_path: Path) -> None:
    spec = python("polite", "import time; print('up'); time.sleep(60)", tmp_path)
    child = process.launch(spec)
    assert eventually(lambda: "up" in _says(spec.log))
    process.stop(child, spec)
    assert child.returncode == -signal.SIGTERM


def test_a_child_that_ignores_the_signal_is_killed_when_its_time_is_up(tmp_path: Path) -> None:
    spec = python("stubborn", PROTECTIVE, tmp_path)
    child = process.launch(spec)
    assert eventually(lambda: "up" in _says(spec.log))
    started = time.monotonic()
    process.ask_to_stop(child, spec)
    process.finish(child, time.monotonic() + 0.3)
    assert child.returncode == -signal.SIGKILL
    assert time.monotonic() - started < 5


def test_grandchildren_go_with_their_parent(tmp_path: Path) -> None:
    spec = python("family", WITH_CHILD, tmp_path)
    child = process.launch(spec)
    assert eventually(lambda: _says(spec.log).strip().isdecimal())
    grandchild = int(_says(spec.log))
    assert lives(grandchild)
    process.stop(child, spec)
    assert eventually(lambda: not lives(grandchild))


def test_a_child_does_not_outlive_a_supervisor_that_was_killed(tmp_path: Path) -> None:
    supervisor = f"""
import time
from pathlib import Path
from assistant.config.supervisor import process
from tests.unit.assistant.config.supervisor.children import python
child = process.launch(python('child', 'import time; print("up"); time.sleep(60)', Path({str(tmp_path)!r})))
time.sleep(0.5)
print(child.pid, flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", supervisor], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert lives(pid)
        parent.kill()
    assert eventually(lambda: not lives(pid))


def test_a_program_that_does_not_exist_ends_at_once_and_says_so(tmp_path: Path) -> None:
    spec = process.Spec("ghost", ("/no/such/program",), tmp_path / "ghost.log", {"PATH": "/usr/bin"})
    assert process.launch(spec).wait(10) != 0
    assert "No such file" in _says(spec.log)


def test_the_end_of_a_log_is_what_a_person_reads(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.write_text("\n".join(f"line {n}" for n in range(100)), encoding="utf-8")
    assert process.last_lines(log, 2) == "line 98\nline 99"
    assert process.last_lines(tmp_path / "none.log") == ""


def test_a_long_log_is_cut_and_its_end_kept_aside_while_the_child_writes_on(tmp_path: Path) -> None:
    spec = python("writer", "import time\nwhile True: print('x' * 99); time.sleep(0.001)", tmp_path)
    child = process.launch(spec)
    assert eventually(lambda: spec.log.exists() and spec.log.stat().st_size > 20_000)
    process.bound(spec.log, limit=10_000)
    kept = spec.log.with_suffix(".log.1")
    assert kept.stat().st_size == 10_000
    assert eventually(lambda: 0 < spec.log.stat().st_size < 1_000_000)
    assert b"\0" not in spec.log.read_bytes()[:100]
    process.stop(child, spec)


def test_a_short_log_is_left_alone(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.write_text("short", encoding="utf-8")
    process.bound(log, limit=10_000)
    assert log.read_text(encoding="utf-8") == "short"
    assert not log.with_suffix(".log.1").exists()
