"""What others fell into: each trap by name, held for whoever runs these tests and for an ordinary user too."""

from __future__ import annotations

import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import sandbox
from sandbox import MIB, Job, Limits, Sandbox, python
from sandbox.selftest import PROBES
from tests.unit.sandbox.held import boxed
from tests.unit.sandbox.hostile import PRELUDE

NOBODY = 65_534
QUICK = Limits(wall_s=10.0, address_space=512 * MIB, memory=256 * MIB, processes=20, scratch=16 * MIB, output=MIB)
ANOTHER = """
import json, sys
sys.path.insert(0, sys.argv[1])
from sandbox import Job, Limits, Sandbox, python
from sandbox.selftest import prove
told = json.load(sys.stdin)
if told is None:
    print(json.dumps(prove(Sandbox())))
else:
    done = Sandbox().run(Job(python("-c", *told["words"]), limits=Limits(**told["limits"])))
    said = {name: getattr(done, name).decode() for name in ("stdout", "stderr", "report")}
    print(json.dumps({"ending": done.ending, "seconds": done.seconds, **said}))
"""
"""Runs one job in another process, under whichever user that is; the self-test for `null`."""

Told = dict[str, Any]
Run = Callable[..., Told]


def _said(words: list[str], limits: Limits) -> Told:
    told = {name: getattr(limits, name) for name in Limits.__dataclass_fields__}
    return {"words": words, "limits": told}


def _as(uid: int | None, house: Path, program: str, told: Told | None) -> Told:
    """Run a job in a process of that user (of our own for None)."""
    who: dict[str, Any] = {} if uid is None else {"user": uid, "group": uid, "extra_groups": []}
    done = subprocess.run(
        [program, "-I", "-B", "-c", ANOTHER, str(house)],
        input=json.dumps(told), capture_output=True, text=True, timeout=60, check=False, cwd="/", **who,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-400:]
    answer: Told = json.loads(done.stdout)
    return answer


def _program_for(uid: int) -> str | None:
    """A Python that the user may start: this one may lie in root's own folder."""
    for program in (str(Path(sys.executable).resolve()), "/usr/bin/python3"):
        try:
            subprocess.run([program, "-c", ""], user=uid, group=uid, extra_groups=[], check=True, cwd="/")
        except (OSError, subprocess.CalledProcessError):
            continue
        return program
    return None


@pytest.fixture(scope="module")
def house() -> Iterator[Path]:
    """The sandbox's source where everybody may read it."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        place.chmod(0o755)
        shutil.copytree(Path(sandbox.__file__).parent, place / "sandbox", ignore=shutil.ignore_patterns("__pycache__"))
        yield place


@pytest.fixture(scope="module", params=["whoever_runs_the_tests", "an_ordinary_user"])
def who(request: pytest.FixtureRequest) -> tuple[int | None, str]:
    if request.param != "an_ordinary_user":
        return None, str(Path(sys.executable).resolve())
    if os.geteuid() != 0:
        pytest.skip("only root can become another user; the tests run as an ordinary one already")
    program = _program_for(NOBODY)
    if program is None:
        pytest.skip("no Python here that an ordinary user may start")
    return NOBODY, program


@pytest.fixture(scope="module")
def run(who: tuple[int | None, str], house: Path) -> Run:
    def inner(code: str, *words: str, limits: Limits = QUICK) -> Told:
        return _as(who[0], house, who[1], _said([PRELUDE + code, "1", "1", "/etc/shadow", *words], limits))

    return inner


def test_the_self_test_holds(who: tuple[int | None, str], house: Path) -> None:
    found = _as(who[0], house, who[1], None)
    assert found == dict.fromkeys(PROBES, True)


def test_the_limit_on_processes_holds_though_linux_never_enforces_it_for_root(run: Run) -> None:
    """Sixty were made of twenty allowed where bubblewrap had been started by uid 0."""
    code = """
made = 0
try:
    for _ in range(60):
        if os.fork() == 0:
            time.sleep(30)
        made += 1
except BlockingIOError:
    pass
os.write(3, str(made).encode())
"""
    assert 1 <= int(run(code)["report"]) <= QUICK.processes


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the calls are named by x86_64 number")
@pytest.mark.parametrize(
    "call",
    [
        "call(101, 16, 1, 0, 0)",  # ptrace: attaching to bubblewrap's own init never returned
        "call(310, 1, 0, 0, 0, 0, 0)",
        "call(311, 1, 0, 0, 0, 0, 0)",
        "call(250, 0, -3, 0)",
        "call(321, 0, b'\\0' * 64, 64)",
        "call(323, 0)",
        "call(425, 8, b'\\0' * 120)",
        "call(165, b'none', b'/tmp', b'tmpfs', 0, 0)",
        "call(272, 0x10000000)",
        "socket.socket(socket.AF_UNIX)",
    ],
    ids=[
        "ptrace", "process_vm_readv", "process_vm_writev", "keyctl", "bpf", "userfaultfd", "io_uring", "mount",
        "unshare", "a_unix_socket",
    ],
)  # fmt: skip
def test_a_call_that_reaches_the_kernels_depths_is_refused_and_returns(run: Run, call: str) -> None:
    told = run(f"attempt(lambda: {call})\nos.write(3, b'returned')")
    assert (told["ending"], told["report"]) == ("exited", "returned")


@pytest.mark.parametrize(
    "code",
    [
        "os.kill(os.getpid(), signal.SIGSTOP)",
        "for n in (0, 1, 2, 3): os.close(n)\ntime.sleep(3600)",
        "os.fork()\nos.setsid() if os.getpid() != os.getsid(0) else None\ntime.sleep(3600)",
    ],
    ids=["it_stopped_itself", "it_closed_its_pipes", "it_left_for_another_session"],
)
def test_what_does_not_end_is_killed_from_outside_with_all_that_it_started(run: Run, code: str) -> None:
    told = run(code, limits=Limits(wall_s=1.0))
    assert told["ending"] == "timeout"
    assert told["seconds"] <= 3.0
    assert boxed() == set()


def test_no_descriptor_of_ours_is_inherited_even_where_it_was_meant_to_be() -> None:
    """A shell leaves 10 and 251 open and inheritable."""
    secret, places = os.memfd_create("secret"), (10, 251)
    taken = [place for place in places if Path(f"/proc/self/fd/{place}").exists()]
    free = [place for place in places if place not in taken] or [377]
    for place in free:
        os.dup2(secret, place, inheritable=True)
    try:
        code = "import os; listed = os.listdir('/proc/self/fd'); os.write(3, ' '.join(sorted(listed)).encode())"
        seen = Sandbox().run(Job(python("-c", code))).report.decode().split()
    finally:
        for place in (secret, *free):
            os.close(place)
    assert seen == ["0", "1", "2", "3", "4"]  # 4 is the folder that is being listed


@pytest.mark.skipif(shutil.which("java") is None, reason="no Java here")
@pytest.mark.parametrize(("address_space", "starts"), [(None, True), (1024 * MIB, False)], ids=["left_free", "1_GiB"])
def test_a_jvm_is_held_by_its_memory_since_it_does_not_start_in_a_small_address_space(
    address_space: int | None, starts: bool
) -> None:
    java = Path(shutil.which("java") or "").resolve()
    limits = Limits(wall_s=30.0, cpu_s=30, address_space=address_space, memory=256 * MIB, processes=64)
    folders = tuple(Path("/etc").glob("java-*-openjdk"))
    outcome = Sandbox().run(Job((str(java), "-Xmx64m", "-version"), folders=folders, limits=limits))
    assert outcome.ok is starts, outcome.stderr[-300:]


def test_the_scratch_folder_ends_where_it_was_said_to_end(run: Run) -> None:
    code = """
written = 0
try:
    for n in range(64):
        with open(f"/tmp/{n}", "wb") as file:
            written += file.write(bytes(1 << 20))
except OSError as error:
    os.write(3, f"{error.errno} {written >> 20}".encode())
"""
    error, mebibytes = run(code)["report"].split()
    assert int(error) == 28
    assert int(mebibytes) <= QUICK.scratch // MIB


def test_nothing_that_was_written_inside_is_ever_followed_outside(run: Run, tmp_path: Path) -> None:
    """Judge0 read its results from files: a link in their place gave the machine's own away, and took its writes."""
    target = tmp_path / "target"
    code = f"""
for name in ("report", "stdout", "stderr", "result.json", "status"):
    os.symlink({str(target)!r}, name)
    os.symlink("/etc/shadow", "read-" + name)
os.write(3, b"over the pipe")
"""
    told = run(code)
    assert (told["ending"], told["report"], told["stdout"]) == ("exited", "over the pipe", "")
    assert not target.exists()


def test_the_machine_is_as_it_was(run: Run, tmp_path: Path) -> None:
    code = """
os.makedirs("/tmp/left-behind"); open("/dev/shm/left-behind", "w").close()
hold = [bytearray(1 << 20) for _ in range(160)]
if os.fork() == 0:
    os.setsid(); time.sleep(3600)
"""
    before = _seen()
    for _ in range(3):
        assert run(code)["ending"] in {"exited", "memory"}
    after = _seen()
    held = after.pop("memory") - before.pop("memory")
    assert after.pop("descriptors") <= before.pop(
        "descriptors"
    )  # what other tests began may let go of theirs meanwhile
    assert after == before
    assert held < 64 * MIB
    assert not list(Path("/tmp").glob("left-behind*"))
    assert not Path("/dev/shm/left-behind").exists()


def _seen() -> dict[str, Any]:
    """What a job might leave: mounts, descriptors, processes; and our own memory at its highest, in bytes."""
    return {
        "mounts": Path("/proc/self/mountinfo").read_text(encoding="utf-8"),
        "descriptors": len(list(Path("/proc/self/fd").iterdir())),
        "boxed": boxed(),
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }
