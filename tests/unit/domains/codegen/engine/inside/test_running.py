"""What a scenario is seen to do, and that it ends."""

from __future__ import annotations

import time

import pytest

from domains.codegen.engine.inside.running import Runner, Subject
from domains.codegen.engine.inside.scenarios import Scenario, Seen, Step
from tests.unit.domains.codegen.engine.inside.conftest import Load

SOURCE = """
class Refused(Exception):
    pass

class Cart:
    def __init__(self, limit=2):
        self.limit = limit
        self.items = []
    def add(self, item):
        if len(self.items) >= self.limit:
            raise Refused("full")
        self.items.append(item)
        return len(self.items)
    @property
    def size(self):
        return len(self.items)

def double(x):
    if x < 0:
        return None
    return x * 2

def sort(items):
    items.sort()

def count(n):
    for i in range(n):
        yield i

def forever():
    while True:
        pass

def swallow():
    while True:
        try:
            pass
        except Exception:
            pass

def say():
    print("loud")
    return 1

def chance():
    import random
    return random.random()
"""


def step(callee: str, *values: str, **more: bool) -> Step:
    return Step(callee, tuple(("", value) for value in values), **more)


def seen(subject: Subject, *steps: Step) -> tuple[Seen, ...]:
    return Runner(subject, Subject.names(subject.module)).run(Scenario("x", steps))


def test_a_value_is_seen_with_its_source_and_type(load: Load) -> None:
    assert seen(load(SOURCE), step("double", "4")) == (Seen("value", "8", "int"),)


def test_an_exception_is_seen_with_what_it_says(load: Load) -> None:
    subject = load(SOURCE)
    steps = (step("Cart", "0", binds=True), step("subject.add", "1"))
    assert seen(subject, *steps)[-1] == Seen("raises", "Refused", message="full")
    assert seen(subject, step("double", "'a'"))[0].text == "TypeError"


def test_nothing_runs_after_an_exception(load: Load) -> None:
    assert len(seen(load(SOURCE), step("double", "None"), step("double", "1"))) == 1


def test_an_object_is_seen_by_its_public_attributes(load: Load) -> None:
    last = seen(load(SOURCE), step("Cart", "3"))[0]
    assert (last.kind, last.text, last.parts) == ("object", "Cart", (("limit", "3"), ("items", "[]")))


def test_a_property_is_read(load: Load) -> None:
    steps = (step("Cart", binds=True), step("subject.add", "7"), Step("subject.size", reads=True))
    assert seen(load(SOURCE), *steps)[-1] == Seen("value", "1", "int")


def test_an_argument_that_was_changed_is_seen(load: Load) -> None:
    assert seen(load(SOURCE), step("sort", "[3, 1]"))[0] == Seen("value", "None", "NoneType", after=((0, "[1, 3]"),))


def test_an_iterator_is_seen_by_its_items(load: Load) -> None:
    assert seen(load(SOURCE), step("count", "3"))[0] == Seen("iterator", "[0, 1, 2]", "list")
    assert seen(load(SOURCE), step("count", "10**9"))[0].text.startswith("[0, 1,")


@pytest.mark.parametrize("name", ["forever", "swallow"])
def test_a_loop_without_end_is_stopped_and_said(load: Load, name: str) -> None:
    began = time.process_time()
    assert seen(load(SOURCE), step(name))[-1].kind == "stalled"
    assert time.process_time() - began < 2


def test_a_traced_loop_is_stopped_by_its_lines(load: Load) -> None:
    subject = load(SOURCE)
    edges: set[tuple[int, int]] = set()
    assert (
        Runner(subject, Subject.names(subject.module)).run(Scenario("x", (step("forever"),)), edges)[-1].kind
        == "stalled"
    )


def test_what_is_printed_does_not_come_out(load: Load, capsys: pytest.CaptureFixture[str]) -> None:
    assert seen(load(SOURCE), step("say"))[0].text == "1"
    assert capsys.readouterr().out == ""


def test_chance_is_the_same_each_time(load: Load) -> None:
    subject = load(SOURCE)
    assert seen(subject, step("chance")) == seen(subject, step("chance"))


def test_different_ways_through_the_module_are_told_apart(load: Load) -> None:
    subject = load(SOURCE)
    runner = Runner(subject, Subject.names(subject.module))
    ways: list[set[tuple[int, int]]] = [set(), set()]
    for value, edges in zip(("-1", "1"), ways, strict=True):
        runner.run(Scenario("double", (step("double", value),)), edges)
    assert ways[0] != ways[1]
    assert all(ways)


def test_shapes_forget_values() -> None:
    assert Seen("value", "1", "int").shape() == Seen("value", "2", "int").shape()
    assert Seen("raises", "A").shape() != Seen("raises", "B").shape()


def test_a_step_is_written_as_a_call_or_as_an_attribute() -> None:
    assert Step("f", (("", "1"), ("k", "'a'"))).source() == "f(1, k='a')"
    assert Step("subject.size", reads=True).source() == "subject.size"
    assert Scenario("f", (Step("f"),)).size() < Scenario("f", (Step("f"), Step("f"))).size()


def test_a_value_that_cannot_be_made_says_nothing_about_the_code(load: Load) -> None:
    assert seen(load(SOURCE), step("double", "unheard_of"))[0].kind == "stalled"


def test_leaving_the_program_is_an_exception_like_others(load: Load) -> None:
    assert seen(load("import sys\ndef leave():\n    sys.exit(3)"), step("leave"))[0] == Seen(
        "raises", "SystemExit", message="3"
    )


def test_an_exception_that_cannot_say_itself_is_named(load: Load) -> None:
    source = "class Mute(Exception):\n    def __str__(self):\n        return None\ndef f():\n    raise Mute()"
    assert seen(load(source), step("f"))[0] == Seen("raises", "Mute")


def test_an_attempt_tells_what_it_raised_and_whether_it_ended(load: Load) -> None:
    subject = load(SOURCE)
    runner = Runner(subject, Subject.names(subject.module))
    assert runner.attempt(lambda: runner.named("double(2)")) == (None, True)
    error, in_time = runner.attempt(lambda: runner.named("1 / 0"))
    assert (type(error), in_time) == (ZeroDivisionError, True)
    assert runner.attempt(lambda: runner.named("forever()")) == (None, False)


def test_what_is_raised_while_items_are_drawn_is_told_from_what_the_call_raises(load: Load) -> None:
    source = "def f(n):\n    if n:\n        raise KeyError(n)\n    yield 1\ndef g(n):\n    raise KeyError(n)\n"
    subject = load(source)
    runner = Runner(subject, Subject.names(subject.module))
    drawn, called = (runner.run(Scenario(name, (Step(name, (("", "2"),)),)))[-1] for name in ("f", "g"))
    assert (drawn.kind, drawn.text, drawn.type) == ("raises", "KeyError", "iterator")
    assert (called.kind, called.text, called.type) == ("raises", "KeyError", "")


def test_items_that_cannot_be_written_are_counted(load: Load) -> None:
    subject = load("def f(n):\n    for _ in range(n):\n        yield object()\n")
    runner = Runner(subject, Subject.names(subject.module))
    seen = [runner.run(Scenario("f", (Step("f", (("", n),)),)))[-1] for n in ("3", "80")]
    assert [(one.kind, one.text) for one in seen] == [("counted", "3"), ("counted", "50")]


def test_what_a_decorator_put_on_a_function_is_seen(load: Load) -> None:
    subject = load("def f(g):\n    def w():\n        return g\n    w.known = 4711\n    return w\n")
    seen = Runner(subject, Subject.names(subject.module)).run(Scenario("f", (Step("f", (("", "1"),)),)))[-1]
    assert (seen.kind, seen.type, seen.parts) == ("object", "function", (("known", "4711"),))


WAITING = """
import asyncio
async def double(x):
    if x < 0:
        raise ValueError("negative")
    await asyncio.sleep(0)
    return x * 2
async def for_ever():
    await asyncio.Event().wait()
async def busy():
    while True:
        await asyncio.sleep(0)
class Client:
    async def get(self, key):
        return key
"""


def test_a_coroutine_is_run_to_its_end(load: Load) -> None:
    subject = load(WAITING)
    assert seen(subject, step("double", "4")) == (Seen("value", "8", "int", awaited=True),)
    assert seen(subject, step("double", "-1")) == (Seen("raises", "ValueError", message="negative", awaited=True),)
    last = seen(subject, step("Client", binds=True), step("subject.get", "'a'"))[-1]
    assert last == Seen("value", "'a'", "str", awaited=True)


@pytest.mark.parametrize("name", ["for_ever", "busy"])
def test_a_coroutine_that_never_ends_is_stopped_and_said(load: Load, name: str) -> None:
    began = time.monotonic()
    assert seen(load(WAITING), step(name))[-1].kind == "stalled"
    assert time.monotonic() - began < 20


def test_the_ways_through_a_coroutine_are_told_apart(load: Load) -> None:
    subject, ways = load(WAITING), []
    for value in ("4", "-1"):
        edges: set[tuple[int, int]] = set()
        Runner(subject, Subject.names(subject.module)).run(Scenario("x", (step("double", value),)), edges)
        ways.append(edges)
    assert ways[0]
    assert ways[0] != ways[1]
