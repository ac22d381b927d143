from __future__ import annotations

import os
import platform
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from benchmarks.machine import describe, processor, processor_seconds, stolen


def test_the_processor_has_a_name() -> None:
    assert processor().strip() == processor() != ""


def test_cores_are_those_this_process_may_use() -> None:
    assert describe()["cores"] == len(os.sched_getaffinity(0))


def test_memory_is_in_gibibytes() -> None:
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    assert describe()["memory_gib"] == total // 2**30


def test_versions_are_those_installed() -> None:
    facts = describe("pytest", "uvicorn")
    assert facts["pytest"] == metadata.version("pytest")
    assert facts["uvicorn"] == metadata.version("uvicorn")
    assert facts["python"] == platform.python_version()


def test_a_package_that_is_not_there_reads_absent() -> None:
    assert describe("no-such-package-anywhere")["no-such-package-anywhere"] == "absent"


def test_work_of_children_counts_while_they_live() -> None:
    code = "import time\nwhile time.process_time() < 0.3: pass\nprint('worked', flush=True)\ninput()"
    before = processor_seconds()
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"worked\n"
        assert processor_seconds() - before >= 0.25
        child.communicate(b"\n")


def test_what_the_hypervisor_took_is_a_share_of_all_ticks_since_the_start(tmp_path: Path) -> None:
    stat = tmp_path / "stat"
    stat.write_text("cpu  150 0 50 700 0 0 0 100 9 9\ncpu0 1 1 1 1 1 1 1 1 0 0\n")  # guests are among the users
    assert stolen((0, 0), stat) == 0.1
    assert stolen((60, 800), stat) == 0.2
    assert stolen((100, 1000), stat) is None


@pytest.mark.parametrize("text", ["cpu  1 2 3 4\n", "cpu  1 2 3 4 5 6 7\n"])
def test_a_kernel_that_does_not_count_it_leaves_it_open(tmp_path: Path, text: str) -> None:
    stat = tmp_path / "stat"
    stat.write_text(text)
    assert stolen((0, 0), stat) is None
    assert stolen((0, 0), tmp_path / "nothing") is None


def test_every_benchmark_says_how_much_was_stolen() -> None:
    share = describe()["stolen"]
    assert share is None or 0 <= float(share) <= 1
