"""The workshop is closed where the sandbox does not hold, for fixes as for tests."""

from __future__ import annotations

from typing import cast

import pytest

from domains.codegen.coding.work import Wish
from domains.codegen.engine.types import Options, Project
from domains.codegen.workshop import Workshop, WorkshopClosed
from inference.client.scripted import ScriptedModel
from sandbox import Sandbox, SandboxUnavailable


class Leaky:
    """A sandbox whose self-test fails."""

    def check(self) -> None:
        raise SandboxUnavailable("no bubblewrap here")


LEAKY = Workshop(cast(Sandbox, Leaky()))
WISH = Wish("fix", {"m.py": "", "test_m.py": ""}, "m.py", test_file="test_m.py")


async def test_no_fix_is_run_where_the_sandbox_does_not_hold() -> None:
    model = ScriptedModel([])
    with pytest.raises(WorkshopClosed, match="no bubblewrap here"):
        _ = [event async for event in LEAKY.fix(WISH, model)]
    assert model.requests == []


def test_nor_are_tests() -> None:
    with pytest.raises(WorkshopClosed):
        LEAKY.make(Project({"m.py": b"def f(): return 1"}, "m.py"), Options())


def test_the_self_test_may_be_asked_for_ahead() -> None:
    with pytest.raises(WorkshopClosed, match="no bubblewrap here"):
        LEAKY.prove()
    Workshop().prove()
