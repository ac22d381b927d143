"""The queue of test runs: shared, fair, bounded, and stopped when nobody follows."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import aclosing
from typing import NoReturn

import pytest

from assistant.api.testruns import Happening, Run, Runs, shown
from assistant.errors import TooManyRequests, Unavailable
from domains.codegen.engine.errors import (
    Cancelled,
    EngineError,
    NothingToTest,
    OtherFramework,
    SourceBroken,
    SourceEndless,
)
from domains.codegen.engine.types import Coverage, Generated, Options, Project, WrittenTest
from domains.codegen.engine.watching import Watching
from domains.codegen.helping.asking import Source
from inference.client.scripted import ScriptedModel
from sandbox import SandboxUnavailable, bubblewrap

MADE = Generated({"test_m.py": "..."}, (), Coverage(1.0, None), None, 4, 3, (), (), (), {"total_s": 0.1})


def project(text: str = "x = 1") -> Project:
    return Project({"m.py": text.encode()}, "m.py")


class Bench:
    """A generator that works when it is let, and notes for whom."""

    def __init__(self, *, held: bool = False) -> None:
        self.order: list[str] = []
        self.go = threading.Event()
        self.stopped: list[str] = []
        self.sources: list[Source | None] = []
        if not held:
            self.go.set()

    def __call__(self, given: Project, _options: Options, watching: Watching, source: Source | None) -> Generated:
        self.sources.append(source)
        self.order.append(given.source)
        watching.progress("search", 0, 1)
        while not self.go.wait(0.01):
            if watching.cancelled.is_set():
                self.stopped.append(given.source)
                raise Cancelled("stopped")
        watching.accepted(WrittenTest("test_a", "contract", "passed", "f() -> 1", "f", "def test_a(): ..."))
        return MADE


async def ended(runs: Runs, run: Run) -> list[Happening]:
    try:
        return [happening async for happening in runs.follow(run)]
    finally:
        runs.leave(run)


async def until(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + 5
    while not true():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.005)


async def test_a_run_is_heard_from_the_queue_to_its_end() -> None:
    runs = Runs(Bench())
    heard = await ended(runs, runs.join("a", project(), Options()))
    assert [h.name for h in heard] == ["progress", "progress", "test", "finished"]
    assert heard[0].data["stage"] == "queued"
    assert heard[2].data["label"] == "contract"
    assert heard[-1].data["mutation_score"] == 0.75
    assert heard[-1].data["executed"] is True


async def test_identical_requests_of_a_tenant_share_a_run() -> None:
    bench = Bench(held=True)
    runs = Runs(bench)
    first, second = (runs.join("a", project(), Options()) for _ in range(2))
    assert first is second
    bench.go.set()
    both = await asyncio.gather(ended(runs, first), ended(runs, second))
    assert both[0] == both[1]
    assert len(bench.order) == 1


async def test_two_tenants_never_share() -> None:
    bench = Bench()
    runs = Runs(bench)
    await asyncio.gather(*(ended(runs, runs.join(tenant, project(), Options())) for tenant in ("a", "b")))
    assert len(bench.order) == 2


async def test_other_options_are_another_run() -> None:
    bench = Bench()
    runs = Runs(bench)
    await asyncio.gather(*(ended(runs, runs.join("a", project(), Options(seed=seed))) for seed in (1, 2)))
    assert len(bench.order) == 2


async def test_a_finished_run_is_not_joined() -> None:
    bench = Bench()
    runs = Runs(bench)
    for _ in range(2):
        await ended(runs, runs.join("a", project(), Options()))
    assert len(bench.order) == 2


async def test_a_busy_tenant_does_not_keep_another_waiting_behind_all_its_own() -> None:
    bench = Bench(held=True)
    runs = Runs(bench)
    waiting = [runs.join("busy", project(f"busy{n}"), Options()) for n in range(4)]
    waiting += [runs.join("other", project("other"), Options())]
    bench.go.set()
    await asyncio.gather(*(ended(runs, run) for run in waiting))
    assert bench.order.index("other") <= 2


async def test_too_many_of_one_tenant_are_told_to_come_back() -> None:
    bench = Bench(held=True)
    runs = Runs(bench, waiting=2)
    started = [runs.join("a", project(str(n)), Options()) for n in range(3)]
    with pytest.raises(TooManyRequests) as refused:
        runs.join("a", project("one more"), Options())
    assert (refused.value.code, refused.value.retry_after) == ("too_many_tests", 10.0)
    runs.join("b", project("of another tenant"), Options())
    bench.go.set()
    await asyncio.gather(*(ended(runs, run) for run in started))


async def test_the_last_to_leave_stops_the_run_at_once() -> None:
    bench = Bench(held=True)
    runs = Runs(bench)
    run = runs.join("a", project(), Options())
    assert runs.join("a", project(), Options()) is run
    await until(lambda: bench.order)
    runs.leave(run)
    await asyncio.sleep(0.05)
    assert bench.stopped == []
    began = time.monotonic()
    runs.leave(run)
    await until(lambda: bench.stopped)
    assert time.monotonic() - began < 0.5


async def test_who_leaves_while_waiting_is_never_begun() -> None:
    bench = Bench(held=True)
    runs = Runs(bench)
    first, second = (runs.join("a", project(text), Options()) for text in ("first", "second"))
    runs.leave(second)
    bench.go.set()
    await ended(runs, first)
    await ended(runs, runs.join("a", project("third"), Options()))
    assert bench.order == ["first", "third"]


async def test_a_request_after_a_stopped_one_begins_anew() -> None:
    bench = Bench(held=True)
    runs = Runs(bench)
    run = runs.join("a", project(), Options())
    await until(lambda: bench.order)
    runs.leave(run)
    again = runs.join("a", project(), Options())
    assert again is not run
    bench.go.set()
    assert (await ended(runs, again))[-1].name == "finished"


async def test_errors_are_told_and_the_next_run_goes_on() -> None:
    def broken(given: Project, _options: Options, _watching: Watching, _source: Source | None) -> Generated:
        if given.source == "syntax":
            raise SourceBroken("invalid syntax", 3, 7)
        if given.source == "sandbox":
            raise Unavailable(shown(NothingToTest("x")).text, code="sandbox_unavailable")
        raise RuntimeError("a secret detail")

    runs = Runs(broken)
    errors = []
    for text in ("syntax", "sandbox", "other"):
        heard = await ended(runs, runs.join("a", project(text), Options()))
        errors.append(heard[-1].error)
    assert [error and error.code for error in errors] == ["syntax_error", "sandbox_unavailable", "internal"]
    assert errors[0] is not None
    assert errors[0].members == {"line": 3, "column": 7}
    assert "secret" not in str(errors[2])


async def test_a_model_is_lent_with_the_event_loop_that_it_belongs_to() -> None:
    bench = Bench()
    runs = Runs(bench)
    model = ScriptedModel([])
    await ended(runs, runs.join("a", project("with"), Options(), model))
    await ended(runs, runs.join("a", project("without"), Options()))
    assert bench.sources == [Source(model, asyncio.get_running_loop()), None]


async def test_with_a_model_and_without_are_two_runs() -> None:
    bench = Bench()
    runs = Runs(bench)
    both = [runs.join("a", project(), Options(model=wanted)) for wanted in (True, False)]
    await asyncio.gather(*(ended(runs, run) for run in both))
    assert len(bench.order) == 2


async def test_closing_a_follower_early_keeps_the_run_for_the_others() -> None:
    bench = Bench(held=True)
    runs = Runs(bench)
    run = runs.join("a", project(), Options())
    runs.join("a", project(), Options())
    async with aclosing(runs.follow(run)) as heard:
        async for _ in heard:
            break
    runs.leave(run)
    bench.go.set()
    assert (await ended(runs, run))[-1].name == "finished"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SourceBroken("bad", 1, 2), "syntax_error"),
        (SourceBroken("cannot be imported"), "broken_source"),
        (SourceEndless("a.py", loading=True), "source_timeout"),
        (SourceEndless("a.py", loading=False), "source_timeout"),
        (OtherFramework("a.test.js", "Vitest", "Jest"), "other_framework"),
        (NothingToTest("nothing"), "nothing_to_test"),
        (Cancelled("stopped"), "stopped"),
        (EngineError("?"), "internal"),
    ],
)
def test_every_error_of_the_engine_has_a_code_and_both_texts(error: EngineError, code: str) -> None:
    told = shown(error)
    assert told.code == code
    assert any("\u4e00" <= c <= "\u9fff" for c in told.text.zh)
    assert told.text.en.isascii()


@pytest.fixture
def leaky(monkeypatch: pytest.MonkeyPatch) -> None:
    """No bubblewrap on this machine."""

    def absent() -> NoReturn:
        raise SandboxUnavailable("bubblewrap is not installed")

    monkeypatch.setattr(bubblewrap, "find", absent)


@pytest.mark.usefixtures("leaky")
async def test_where_the_sandbox_does_not_hold_the_source_is_read_and_nothing_runs() -> None:
    runs = Runs()
    given = project("import os\nos._exit(3)\ndef price(n): return n\nclass Cart:\n    def add(self): pass\n")
    error = (await ended(runs, runs.join("a", given, Options())))[-1].error
    assert isinstance(error, Unavailable)
    assert error.code == "sandbox_unavailable"
    assert error.members == {"executed": False, "symbols": ["price", "Cart", "Cart.add"]}


@pytest.mark.usefixtures("leaky")
async def test_a_source_that_does_not_parse_is_said_without_a_sandbox_too() -> None:
    runs = Runs()
    error = (await ended(runs, runs.join("a", project("def f(:\n"), Options())))[-1].error
    assert error is not None
    assert (error.code, error.members["line"], error.members["column"]) == ("syntax_error", 1, 7)


@pytest.mark.usefixtures("leaky")
async def test_the_self_test_at_the_start_tells_the_operator_why_it_fails(caplog: pytest.LogCaptureFixture) -> None:
    await Runs().prove()
    assert "tests.sandbox_unavailable reason=bubblewrap is not installed" in caplog.text


async def test_the_self_test_at_the_start_is_silent_where_the_sandbox_holds(caplog: pytest.LogCaptureFixture) -> None:
    await Runs().prove()
    await Runs(Bench()).prove()
    assert caplog.text == ""
