"""What becomes of a law that held wherever it was tried and that Hypothesis then refuted: its values reach further.

Where the documentation states the law, that is a suspected bug, shown with the counter-example as one that was found
earlier. Where only names or types suggested it, nobody promised anything: the test is left out, and the reason told.
"""

from __future__ import annotations

import ast
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from domains.codegen.engine.ended import Ended
from domains.codegen.engine.exploring import Counter, Told
from domains.codegen.engine.inside.scenarios import Scenario, Seen, Step
from domains.codegen.engine.judging import Suspicion
from domains.codegen.engine.naming import Names
from domains.codegen.engine.properties import contradicted, filled
from domains.codegen.engine.rendering import Written
from domains.codegen.engine.trying import attempt
from domains.codegen.engine.types import LeftOut, Project
from sandbox import Sandbox

_SECONDS = 2.0
_LONGEST = 300
_SAID = re.compile(r"(?:Failing test case|Falsifying example): ")
"""What stands before the values: newer and older versions of Hypothesis."""


@dataclass(frozen=True, slots=True)
class Refuted:
    """`bugs` are stated laws that do not hold, by the names of the tests that were refuted, each with its own test.

    `left_out` are laws that nobody stated.
    """

    bugs: dict[str, tuple[Suspicion, Written]] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)

    def settled(self, shown: Sequence[Written]) -> set[str]:
        """Return the names of the tests of which it is told why they are not handed out."""
        return {one.name for one in self.left_out} | {name for name, (_, test) in self.bugs.items() if test in shown}


def refuted(
    box: Sandbox, project: Project, laws: Mapping[str, Told], ended: Ended, names: Names, cancelled: threading.Event
) -> Refuted:
    """Read what refuted the laws' tests, by the tests' names, and ask the code what it gives for that."""
    found = Refuted()
    for name, law in laws.items():
        example = None if ended.passed(name) else _falsified(law, _why(ended, name))
        if example is None:
            continue
        shown = ", ".join(f"{key}={text}" for key, text in zip(law.names, example, strict=True))
        if law.documented:
            counter = _counter(box, project, law, example, cancelled)
            found.bugs[name] = contradicted(law, counter, names)
        else:
            why = f"only its name suggested the law, and Hypothesis refuted it with {shown}"
            found.left_out.append(LeftOut(name, why[:_LONGEST], law.symbols[0], shown[:_LONGEST]))
    return found


def _why(ended: Ended, name: str) -> str:
    return next((text for test, text in ended.why.items() if ended.belongs(test, name)), "")


def _falsified(law: Told, why: str) -> tuple[str, ...] | None:
    """Return the values that Hypothesis says a test fails on: literals, one for each name of the law."""
    lines = [re.sub(r"^(?:E|\|)\s{0,3}", "", line) for line in why.split("\n")]
    told = re.split(_SAID, "\n".join(lines))[-1]
    closing = re.search(r"^\s*\)", told, re.MULTILINE)
    if not closing:
        return None
    try:
        call = ast.parse(told[: closing.end()].strip(), mode="eval").body
        given = {k.arg: k.value for k in call.keywords} if isinstance(call, ast.Call) else {}
        return tuple(repr(ast.literal_eval(given[name])) for name in law.names)
    except (SyntaxError, ValueError, KeyError):
        return None


def _counter(box: Sandbox, project: Project, law: Told, example: Sequence[str], cancelled: threading.Event) -> Counter:
    """Return the counter-example with what both sides of the law give for it."""
    sides = [filled(law, text, example) for text in (law.left, law.right)]
    asked = [Scenario(law.symbols[0], (Step(text, reads=True),)) for text in sides]
    tried = attempt(box, project, asked, (), (), seconds=_SECONDS, cancelled=cancelled)
    left, right = [_gave(one.seen) for one in tried] or ["something else", sides[1]]
    return Counter(example=list(example), left=left, right=right)


def _gave(seen: Sequence[Seen]) -> str:
    if not seen or seen[-1].kind == "stalled":
        return "nothing in time"
    last = seen[-1]
    return f"raises {last.text}: {last.message}" if last.kind == "raises" else last.text
