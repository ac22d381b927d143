import pickle
from typing import Any

import pytest

from inference.moe.errors import BadCall, BadPlacement, BuildFailed, KernelError, NoCompiler, RankLost, UnknownExpert

ERRORS = [
    NoCompiler(("g++",)),
    BuildFailed(["g++"], "no"),
    UnknownExpert(4),
    BadCall("wrong", "错"),
    BadPlacement("left out", "缺失"),
    RankLost("combine", 3.0, "connection closed"),
]


@pytest.mark.parametrize("error", ERRORS)
def test_every_error_speaks_both_languages(error: Any) -> None:
    assert isinstance(error, KernelError)
    assert str(error)
    assert any("\u4e00" <= letter <= "\u9fff" for letter in error.chinese)


def test_codes_are_distinct() -> None:
    assert len({type(error).code for error in ERRORS} | {KernelError.code}) == len(ERRORS) + 1


@pytest.mark.parametrize("error", [UnknownExpert(4), RankLost("combine", 3.0, "connection closed")])
def test_what_a_rank_raises_reaches_the_process_that_started_it(error: Any) -> None:
    back = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert (type(back), str(back), back.chinese) == (type(error), str(error), error.chinese)
