"""Whether a failing test or the code seems wrong: what the documentation says, what was run, where it broke.

Documentation is the judge: examples and announced exceptions are run as tests of their own. Where they say nothing,
nothing is claimed.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from domains.codegen.coding import functions
from domains.codegen.coding.work import Verdict, Wish
from domains.codegen.engine import contracts
from domains.codegen.engine.contracts import Check
from domains.codegen.engine.types import Project

SAID = "test_what_the_documentation_says.py"
_NEVER_MEANT = ("NameError", "UnboundLocalError")
_WORDS = {
    "fixture": ("the fixture “{0}” fails before the test begins", "fixture“{0}”在测试开始前就失败了"),
    "import": ("the test file cannot be loaded: {0}", "测试文件无法加载：{0}"),
    "internal": ("{0} inside the code is never meant", "代码内部出现 {0}，这绝非本意"),
    "broken": ("the code breaks its own documentation: {0}", "代码违背了自己的文档：{0}"),
    "against": ("the test contradicts the documentation, which the code keeps: {0}", "测试与文档矛盾：{0}"),
    "kept": ("the code keeps its documentation, which does not decide here", "代码符合其文档，但文档在此不能定论"),
    "silent": ("the documentation does not decide", "文档没有说明，无法定论"),
    "passes": ("the test passes in every run here", "该测试在这里每次都通过"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Failure:
    """A failing test, why it failed, and the documented examples of what it calls: those kept, those broken."""

    name: str
    why: str
    kept: tuple[Check, ...] = ()
    broken: tuple[Check, ...] = ()


def checks_for(source: str, test: functions.Function) -> list[Check]:
    """Return the documented examples of what a test calls."""
    tree = functions.parse(source)
    wanted = functions.called(test)
    listed = contracts.read(tree).checks if tree is not None else ()
    return [check for check in listed if check.symbol.split(".")[-1] in wanted or check.symbol in wanted][:30]


def as_tests(project: Project, checks: list[Check]) -> str:
    """Write documented examples as a test file, one function each, in their order."""
    lines = ["import pytest", f"import {project.module} as module", "from " + project.module + " import *", ""]
    for n, check in enumerate(checks):
        lines += ["", "", f"def test_said_{n}():", "    globals().update(vars(module))"]
        if check.raises is not None:
            lines += [f"    with pytest.raises({check.raises}):", f"        {check.source}"]
        else:
            lines.append(f"    assert {check.source} == {check.value}")
    return "\n".join(lines) + "\n"


def judge(wish: Wish, test: functions.Function | None, failure: Failure) -> Verdict:
    """Say what seems wrong, and why."""
    why = failure.why
    fixture = re.search(r"@pytest\.fixture[^\n]*\n(?:[^\n]*\n){0,3}?\s*(?:async )?def (\w+)", why)
    if fixture is not None:
        return verdict(wish, "fixture", "fixture", fixture[1])
    if test is None:
        return verdict(wish, "test", "import", _last(why))
    inner = next((kind for kind in _NEVER_MEANT if re.search(rf"^E\s+{kind}\b", why, re.MULTILINE)), "")
    if inner and not re.search(rf"{re.escape(wish.test_file.rpartition('/')[2])}:\d+: {inner}", why):
        return verdict(wish, "code", "internal", inner)
    if failure.broken:
        check = failure.broken[0]
        return verdict(wish, "code", "broken", f"{check.source} -> {check.value or check.raises}")
    against = next((check for check in failure.kept if _contradicts(test, check)), None)
    if against is not None:
        return verdict(wish, "test", "against", f"{against.source} -> {against.value or against.raises}")
    return verdict(wish, "unclear", "kept" if failure.kept else "silent")


def passing(wish: Wish) -> Verdict:
    """Say that there is nothing to mend."""
    return verdict(wish, "nothing", "passes")


def verdict(wish: Wish, wrong: str, key: str, *values: str) -> Verdict:
    """Say in the asker's language what was run and written says; `key` is one of the sentences above."""
    text = _WORDS[key][wish.language == "zh"].format(*values)
    return Verdict(wrong, text, "evidence")  # type: ignore[arg-type]


def _contradicts(test: functions.Function, check: Check) -> bool:
    """Whether a test expects another value of a call that the documentation shows."""
    for node in ast.walk(test):
        if isinstance(node, ast.Assert) and isinstance(node.test, ast.Compare) and len(node.test.ops) == 1:
            left, right = node.test.left, node.test.comparators[0]
            same = isinstance(node.test.ops[0], ast.Eq | ast.Is)
            if same and ast.unparse(left) == check.source and check.value is not None:
                return not _alike(ast.unparse(right), check.value)
        raising = isinstance(node, ast.With) and "raises" in ast.unparse(node.items[0].context_expr)
        calls = (ast.unparse(inner) for inner in ast.walk(node) if raising and isinstance(inner, ast.Call))
        if check.value is not None and check.source in calls:
            return True
    return False


def _alike(one: str, other: str) -> bool:
    try:
        return bool(ast.literal_eval(one) == ast.literal_eval(other))
    except (ValueError, SyntaxError):
        return True  # not to be compared here: no contradiction is claimed


def _last(why: str) -> str:
    told = [line for line in why.splitlines() if line.startswith("E ")]
    return (told[-1][2:] if told else why.strip().split("\n")[-1]).strip()[:200]
