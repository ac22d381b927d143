import os
import shutil
import socket
import sys
from collections import namedtuple
from pathlib import Path

import pytest

from assistant.config import env
from assistant.config.env import Env
from infra.bootstrap import checks
from infra.bootstrap.checks import GIB, Problem

Usage = namedtuple("Usage", "total used free")
READ_MEMORY = checks.available_memory


def _settings(folder: Path, **variables: str) -> Env:
    return env.read({"DATA_DIR": str(folder), "PORT": str(_free_port()), **variables})


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(autouse=True)
def plenty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "available_memory", lambda: 64 * GIB)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(500 * GIB, 0, 500 * GIB))


def test_a_machine_with_everything_passes(tmp_path: Path) -> None:
    checks.python_version()
    assert checks.before_start(_settings(tmp_path), installed=False) is None


def test_every_problem_is_told_in_both_languages_with_a_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "available_memory", lambda: GIB)
    with pytest.raises(Problem) as problem:
        checks.before_start(_settings(tmp_path), installed=False)
    assert "1.0 GiB of memory are free" in str(problem.value)
    assert "可用内存 1.0 GiB" in str(problem.value)
    assert "MODEL=none make run" in str(problem.value)


def test_without_a_model_less_memory_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "available_memory", lambda: 4 * GIB)
    with pytest.raises(Problem):
        checks.before_start(_settings(tmp_path), installed=True)
    assert checks.before_start(_settings(tmp_path, MODEL="none"), installed=True) is None
    assert checks.before_start(_settings(tmp_path, MODEL_URL="http://gpu/v1"), installed=True) is None


def test_a_full_disk_is_noticed_before_anything_is_downloaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(500 * GIB, 0, 3 * GIB))
    monkeypatch.setattr(checks, "_size", lambda _: 0)
    with pytest.raises(Problem, match=r"3.0 GiB are free .* 12.0 are needed"):
        checks.before_start(_settings(tmp_path), installed=False)


def test_what_is_installed_already_is_not_asked_for_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(500 * GIB, 0, 3 * GIB))
    assert checks.before_start(_settings(tmp_path), installed=True) is None


def test_a_taken_port_is_named_with_the_next_one_as_a_way_out(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Problem) as problem:
            checks.before_start(_settings(tmp_path, PORT=str(port)), installed=True)
    assert f"Port {port} is taken" in str(problem.value)
    assert f"PORT={port + 1} make run" in str(problem.value)
    assert "已被" in str(problem.value)


def test_a_missing_compiler_is_named_with_its_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(Problem, match=r"apt-get install g\+\+"):
        checks.before_start(_settings(tmp_path), installed=True)


def test_another_python_is_refused_with_the_one_to_take(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    with pytest.raises(Problem, match=r"Python 3.11 is needed"):
        checks.python_version()


def test_the_memory_of_this_machine_is_read() -> None:
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    assert 0 < READ_MEMORY() <= total


def test_the_size_of_a_folder_counts_every_file(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "one").write_bytes(b"x" * 1000)
    (tmp_path / "two").write_bytes(b"x" * 24)
    (tmp_path / "dangling").symlink_to("nowhere")
    assert 1024 <= checks._size(tmp_path) < 1100
