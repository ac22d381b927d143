from __future__ import annotations

import os
import platform
import subprocess
import sys
from importlib import metadata

from benchmarks.machine import describe, processor, processor_seconds


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
