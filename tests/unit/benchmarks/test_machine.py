from __future__ import annotations

import os
import platform
from importlib import metadata

from benchmarks.machine import describe, processor


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
