import os
import time
from pathlib import Path
from typing import Any

import pytest

from inference.moe.errors import UnknownExpert
from inference.moe.parallel import ranks
from inference.moe.parallel.group import Group


def who(group: Group, word: str) -> tuple[int, int, str]:
    return group.rank, group.size, word


def ending(group: Group, how: str) -> Any:
    if how == "wrong":
        raise ValueError("no such thing")
    if how == "unknown":
        raise UnknownExpert(4)
    if how == "gone" and group.rank == 1:
        os._exit(3)
    time.sleep(0.2 if how == "gone" else 60)


def test_every_rank_says_who_it_is(tmp_path: Path) -> None:
    assert ranks.run(2, tmp_path, who, "here") == [(0, 2, "here"), (1, 2, "here")]


def test_a_rank_that_raises_says_what(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="rank 0: ValueError: no such thing"):
        ranks.run(2, tmp_path, ending, "wrong")


def test_an_error_of_the_kernels_keeps_its_type(tmp_path: Path) -> None:
    with pytest.raises(UnknownExpert, match="0 to 3"):
        ranks.run(1, tmp_path, ending, "unknown")


def test_a_rank_that_dies_without_a_word_is_an_end_of_file(tmp_path: Path) -> None:
    with ranks.started(2, tmp_path, ending, "gone") as world, pytest.raises(EOFError):
        world.result(1)


def test_a_rank_that_hangs_is_told_and_killed(tmp_path: Path) -> None:
    with ranks.started(1, tmp_path, ending, "hang") as world:
        with pytest.raises(TimeoutError, match="rank 0 did not end within 1 s"):
            world.result(0, 1)
        process = world.processes[0]
    assert process.exitcode == -9
