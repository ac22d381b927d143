"""What a JVM or Node.js may use in the sandbox."""

from __future__ import annotations

import pytest

from domains.codegen.engine.runtimes import limits
from sandbox import MIB


@pytest.mark.parametrize("wall_s", [1.0, 20.0])
def test_a_run_is_bounded_in_time_memory_processes_and_output(wall_s: float) -> None:
    bounds = limits(wall_s)
    assert (bounds.wall_s, bounds.cpu_s) == (wall_s, 2 * int(wall_s))
    assert (bounds.memory, bounds.output) == (1024 * MIB, 16 * MIB)
    assert 0 < bounds.processes <= 64


def test_addresses_are_not_bounded_since_these_runtimes_reserve_more_than_they_touch() -> None:
    assert limits(1.0).address_space is None
