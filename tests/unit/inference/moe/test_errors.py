from typing import Any

import pytest

from inference.moe.errors import BadCall, BuildFailed, KernelError, NoCompiler, UnknownExpert


@pytest.mark.parametrize(
    "error", [NoCompiler(("g++",)), BuildFailed(["g++"], "no"), UnknownExpert(4), BadCall("wrong", "错")]
)
def test_every_error_speaks_both_languages(error: Any) -> None:
    assert isinstance(error, KernelError)
    assert str(error)
    assert any("\u4e00" <= letter <= "\u9fff" for letter in error.chinese)


def test_codes_are_distinct() -> None:
    assert len({kind.code for kind in (NoCompiler, BuildFailed, UnknownExpert, BadCall, KernelError)}) == 5
