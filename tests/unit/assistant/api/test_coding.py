"""The code assistant's answer under its public keys, what a conversation keeps of it, and how errors are seen."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from assistant.api.coding import Benches, _said, _seen, fields
from assistant.chat.room import Room
from assistant.errors import Unavailable
from domains.codegen.coding.syntax import Fault
from domains.codegen.coding.work import Seen, Verdict, Worked, change
from domains.codegen.engine.errors import Cancelled, EngineError, NothingToTest
from domains.codegen.workshop import Workshop, WorkshopClosed
from inference.client.errors import ModelError, ModelTimeout, NoModel

ROOM = cast(Room, SimpleNamespace(model_warming=lambda: False))
FIXED = Worked(
    "fix", "def f(): ...", change("m.py", "a\n", "b\n"), (), (Seen("n.py", 1, 4),), 40, executed=True, passed=(5, 5),
    verdict=Verdict("code", "it breaks its example", "evidence"),
)  # fmt: skip


def test_a_fix_is_told_with_its_verdict_and_its_runs() -> None:
    told = fields(FIXED)
    assert told["verdict"] == {"wrong": "code", "why": "it breaks its example", "by": "evidence"}
    assert (told["executed"], told["passed"]) == (True, {"runs": 5, "passed": 5})
    assert told["change"]["path"] == "m.py"
    assert told["context"] == [{"path": "n.py", "start": 1, "end": 4}]
    assert told["syntax"] == {"ok": True, "faults": []}


def test_what_was_not_run_is_told_as_such() -> None:
    told = fields(Worked("edit", "x", faults=(Fault(3, 1, "unexpected ')'"),)))
    assert (told["executed"], told["passed"], told["verdict"], told["change"]) == (False, None, None, None)
    assert told["syntax"] == {"ok": False, "faults": [{"line": 3, "column": 1, "why": "unexpected ')'"}]}


def test_every_answer_has_the_same_keys() -> None:
    assert set(fields(FIXED)) == set(fields(Worked("explain", "It adds.")))


@pytest.mark.parametrize(
    ("worked", "said"),
    [
        (FIXED, "code: it breaks its example\n```\ndef f(): ...\n```"),
        (Worked("explain", "It adds."), "It adds."),
        (Worked("complete", "x = 1"), "```\nx = 1\n```"),
        (Worked("fix", "", verdict=Verdict("unclear", "nothing decides", "model")), "unclear: nothing decides"),
        (Worked("complete", ""), "-"),
    ],
)
def test_a_conversation_remembers_what_was_said(worked: Worked, said: str) -> None:
    assert _said(worked) == said


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (WorkshopClosed("no bubblewrap"), "sandbox_unavailable"),
        (TimeoutError(), "stopped"),
        (NothingToTest("There is no test x."), "nothing_to_test"),
        (Cancelled("stopped"), "stopped"),
        (ModelTimeout("slow"), "model_timeout"),
        (NoModel("none"), "no_model"),
        (Unavailable(cast(Unavailable, _seen(TimeoutError(), ROOM)).text, code="starting"), "starting"),
    ],
)
def test_every_fault_is_seen_with_a_code_and_both_texts(
    fault: WorkshopClosed | TimeoutError | EngineError | ModelError, code: str
) -> None:
    error = _seen(fault, ROOM)
    assert error.code == code
    assert any("\u4e00" <= c <= "\u9fff" for c in error.text.zh)


async def test_a_bench_is_made_when_it_is_first_needed_and_once() -> None:
    benches = Benches()
    assert benches.workshop is benches.workshop
    assert benches.places is benches.places
    given = Workshop()
    assert Benches(given).workshop is given
    assert Benches().places is not benches.places


async def test_one_fix_at_a_time() -> None:
    places = Benches().places
    async with places:
        assert places.locked()
    assert not places.locked()
