"""Triton's kernels run in a process of their own: whether they are interpreted is decided when Triton is imported."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.unit.inference.moe.kernels.triton import aot, cases

_CONTEXT = multiprocessing.get_context("spawn")
Run = Callable[..., Any]


@pytest.fixture(scope="session")
def interpreted() -> Iterator[Run]:
    """Calls `case(*args)` where Triton interprets its kernels on the CPU, and gives what it returns or raises."""
    pytest.importorskip("triton")
    with ProcessPoolExecutor(1, mp_context=_CONTEXT, initializer=cases.prepare) as pool:
        yield lambda case, *args: pool.submit(case, *args).result(timeout=280)


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """The same where Triton compiles: for a GPU that need not be there."""
    pytest.importorskip("triton")
    folder: Path = tmp_path_factory.mktemp("triton")
    with ProcessPoolExecutor(1, mp_context=_CONTEXT, initializer=aot.prepare, initargs=(str(folder),)) as pool:
        yield lambda case, *args: pool.submit(case, *args).result(timeout=280)
