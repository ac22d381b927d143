"""Nobody's help changes nothing."""

from __future__ import annotations

import ast
from typing import Any, cast

from domains.codegen.engine.exploring import Explored
from domains.codegen.engine.helping import Help, NoHelp, Wording
from domains.codegen.engine.inside.scenarios import Scenario, Seen, Step
from domains.codegen.engine.judging import Suspicion
from domains.codegen.engine.rendering import Case
from domains.codegen.engine.types import Contribution, Project

CASE = Case(Scenario("f", (Step("f"),)), (Seen("value", "1", "int"),), "regression")


def test_everything_comes_back_as_it_was() -> None:
    help_: Help[ast.Module, Explored, Case, Suspicion] = NoHelp()
    explored = Explored()
    help_.begin(Project({"m.py": b""}, "m.py"), ast.parse(""))
    help_.missed([1, 2])
    assert help_.join(cast(Any, None), explored) is explored
    assert help_.judge([CASE], []) == ([CASE], [])
    assert help_.word([CASE]) == ([CASE], {})
    assert help_.credited(CASE) == ()


def test_it_says_why_there_was_none() -> None:
    off: Help[ast.Module, Explored, Case, Suspicion] = NoHelp()
    away: Help[ast.Module, Explored, Case, Suspicion] = NoHelp(Contribution("away"))
    assert (off.contribution([CASE], []).state, away.contribution([], []).state) == ("off", "away")


def test_a_wording_may_lack_either_part() -> None:
    assert (Wording().name, Wording(name="test_x").reason) == ("", "")
