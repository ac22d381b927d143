"""A module under test, loaded as the sandbox loads it."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from domains.codegen.engine.inside import running
from domains.codegen.engine.inside.running import Subject

Load = Callable[[str], Subject]


@pytest.fixture
def load(tmp_path: Path) -> Iterator[Load]:
    """Write a module and load it; the clock of scenarios is armed meanwhile."""
    before = signal.getsignal(signal.SIGVTALRM)
    running.arm()

    def write(source: str) -> Subject:
        path = tmp_path / "subject_under_test.py"
        path.write_text(source, encoding="utf-8")
        return Subject("subject_under_test", str(path))

    yield write
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    signal.signal(signal.SIGVTALRM, before)
    sys.modules.pop("subject_under_test", None)
