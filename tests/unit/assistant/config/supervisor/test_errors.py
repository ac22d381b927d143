"""What can end a start, and that one clause catches all of it."""

from __future__ import annotations

import pytest

from assistant.config.supervisor import errors
from assistant.config.supervisor.errors import AlreadyRunning, CannotStart, StartFailed, SupervisorError

KINDS = [StartFailed, AlreadyRunning, CannotStart]


@pytest.mark.parametrize("kind", KINDS)
def test_whoever_catches_the_base_catches_each_and_reads_its_message(kind: type[SupervisorError]) -> None:
    with pytest.raises(SupervisorError, match="无法启动") as caught:
        raise kind("cannot start / 无法启动")
    assert str(caught.value) == "cannot start / 无法启动"


def test_the_tree_in_the_modules_head_lists_every_error_and_no_other() -> None:
    classes = {name for name, value in vars(errors).items() if isinstance(value, type)}
    assert classes == {"SupervisorError"} | {kind.__name__ for kind in KINDS}
    assert errors.__doc__ is not None
    assert all(name in errors.__doc__ for name in classes)


def test_the_three_are_told_apart() -> None:
    for kind in KINDS:
        assert not any(issubclass(kind, other) for other in KINDS if other is not kind)


def test_a_fault_of_the_program_is_not_one_of_them() -> None:
    assert not issubclass(SupervisorError, (RuntimeError, OSError))
    assert not isinstance(OSError("disk"), SupervisorError)
