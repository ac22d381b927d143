"""The library, built once for the tests of a session, where this processor can run it."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.encoders.native import build
from retrieval.encoders.native.engine import Engine


@pytest.fixture(scope="session")
def library(encoder_dir: Path) -> Path:
    if lacking := build.missing():
        pytest.skip(f"this processor has no {', '.join(sorted(lacking))}")
    from retrieval.encoders.quickest import kernels_of

    return build.library(kernels_of(encoder_dir))


@pytest.fixture(scope="session")
def engine(encoder_dir: Path, library: Path) -> Engine:
    return Engine(encoder_dir, library)
