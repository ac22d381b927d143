"""Asking from a thread: in time, stopped with the run, and silent where there is no answer."""

from __future__ import annotations

import gc
import json
import threading
import time
import warnings
from collections.abc import Callable

import pytest

from domains.codegen.helping.asking import Asker, Source, own_loop
from inference.client.errors import ModelUnavailable
from inference.client.scripted import Reply, ScriptedModel
from inference.client.types import Message

ASKED = (Message("user", "Name it."),)
SCHEMA = {"type": "object", "properties": {"name": {"type": "string"}}}
Made = Callable[..., Asker]


def test_an_answer_is_read_as_json_and_the_grammar_is_sent_along(asker: Made) -> None:
    made = asker(lambda _request: Reply(('{"na', 'me": "x"}')))
    assert made.answer(made.begin(ASKED, SCHEMA, 20)) == {"name": "x"}
    request = made.source.model.requests[0]  # type: ignore[attr-defined]
    assert json.loads(request.schema) == SCHEMA
    assert (request.sampling.max_tokens, request.domain, made.questions) == (20, "codegen", 1)


@pytest.mark.parametrize(
    ("text", "read"),
    [('Sure: {"name": "x"} there.', {"name": "x"}), ("no", {}), ('{"name": "x"', {}), ("[1]", {}), ("{" * 3000, {})],
)
def test_what_is_no_object_is_no_answer(asker: Made, text: str, read: dict[str, str]) -> None:
    made = asker(lambda _request: text)
    assert made.answer(made.begin(ASKED, SCHEMA, 20)) == read


def test_a_model_that_fails_is_noted_and_not_raised(asker: Made) -> None:
    made = asker(lambda _request: Reply(("x",), error=ModelUnavailable("nothing answers")))
    assert made.answer(made.begin(ASKED, SCHEMA, 20)) == {}
    assert made.failed == "nothing answers"


def test_a_slow_one_is_left_at_the_deadline_and_told_to_stop(asker: Made) -> None:
    made = asker(lambda _request: Reply(("{}",), first_delay=60.0), seconds=0.3)
    began = time.monotonic()
    assert made.answer(made.begin(ASKED, SCHEMA, 20)) == {}
    assert time.monotonic() - began < 5
    wait_closed(made, 1)


def test_cancelling_the_run_ends_the_wait(asker: Made) -> None:
    made = asker(lambda _request: Reply(("{}",), first_delay=60.0))
    question = made.begin(ASKED, SCHEMA, 20)
    made.cancelled.set()
    assert made.left == 0.0
    assert made.answer(question) == {}


def test_closing_stops_what_nobody_waits_for(asker: Made) -> None:
    made = asker(lambda _request: Reply(("{}", "{}"), first_delay=0.0, delay=60.0))
    made.begin(ASKED, SCHEMA, 20)
    deadline = time.monotonic() + 5
    while not made.source.model.requests and time.monotonic() < deadline:  # type: ignore[attr-defined]
        time.sleep(0.01)
    made.close()
    wait_closed(made, 1)


def test_who_answers_is_named_only_while_it_is_well() -> None:
    with own_loop() as loop:
        for well, name in ((True, "scripted"), (False, "")):
            source = Source(ScriptedModel(["{}"], well=well), loop)
            made = Asker(source, time.monotonic() + 5, threading.Event())
            assert made.name() == name


def test_a_question_that_never_began_is_ended_with_its_loop_and_not_told_of_as_never_awaited() -> None:
    began, gate = threading.Event(), threading.Event()

    def hold() -> None:
        began.set()
        gate.wait(30)

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        with own_loop() as loop:
            loop.call_soon_threadsafe(hold)
            assert began.wait(30)
            made = Asker(Source(ScriptedModel(["{}"]), loop), time.monotonic() + 60, threading.Event())
            asked = made.begin(ASKED, SCHEMA, 20)  # waits behind what holds the loop
            made.cancelled.set()
            assert made.answer(asked) == {}
            threading.Timer(0.05, gate.set).start()  # the word to stop comes in between, or shortly after
        del made, asked
        gc.collect()
    assert [str(warning.message) for warning in told if "never awaited" in str(warning.message)] == []
    assert loop.is_closed()


def test_an_answer_that_is_being_written_stops_with_its_loop() -> None:
    model = ScriptedModel(lambda _request: Reply(("{}", "{}"), delay=60.0))
    with own_loop() as loop:
        made = Asker(Source(model, loop), time.monotonic() + 60, threading.Event())
        made.begin(ASKED, SCHEMA, 20)
        deadline = time.monotonic() + 30
        while not model.requests and time.monotonic() < deadline:
            time.sleep(0.01)
    assert (model.closed_early, loop.is_closed()) == (1, True)


def test_a_loop_that_has_ended_is_a_model_that_does_not_answer() -> None:
    with own_loop() as loop:
        pass
    made = Asker(Source(ScriptedModel(["{}"]), loop), time.monotonic() + 5, threading.Event())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert made.name() == ""
        assert made.answer(made.begin(ASKED, SCHEMA, 20)) == {}
    assert made.failed == "its event loop has ended"


def wait_closed(made: Asker, count: int) -> None:
    model = made.source.model
    assert isinstance(model, ScriptedModel)
    deadline = time.monotonic() + 5
    while model.closed_early < count and time.monotonic() < deadline:
        time.sleep(0.01)
    assert model.closed_early == count
