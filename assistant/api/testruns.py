"""Runs of the test generator: few at once, tenants in turn, identical requests share one, and none outlives its asker.

A run belongs to those who follow it: when the last one leaves it is cancelled, which ends its sandbox within a tick of
the watch (50 ms).
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import OrderedDict, deque
from collections.abc import AsyncGenerator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from assistant.errors import AssistantError, Member, Text, TooManyRequests, Unavailable, Unprocessable
from domains.codegen import statics
from domains.codegen.engine.errors import (
    Cancelled,
    EngineError,
    MissingRunner,
    NothingToTest,
    OtherFramework,
    SourceBroken,
    SourceEndless,
)
from domains.codegen.engine.types import Generated, Options, Project, WrittenTest
from domains.codegen.engine.watching import Watching
from domains.codegen.helping.asking import Source
from domains.codegen.wire import test_fields, to_fields
from domains.codegen.workshop import Workshop, WorkshopClosed
from inference.client.protocols import ChatModel

logger = logging.getLogger(__name__)

SLOTS = 1
"""Runs at once in a process: each takes a whole core."""
WAITING = 8
"""Requests of one tenant that may wait."""
RETRY_S = 10.0

Make = Callable[[Project, Options, Watching, Source | None], Generated]


@dataclass(frozen=True, slots=True)
class Happening:
    """Something a follower hears: `name` is progress, test, finished or failed."""

    name: str
    data: dict[str, Any] = field(default_factory=dict)
    error: AssistantError | None = None

    @property
    def last(self) -> bool:
        """Whether nothing follows."""
        return self.name in {"finished", "failed"}


class Run:
    """One piece of work and what has been heard of it."""

    def __init__(
        self, key: object, tenant: str, project: Project, options: Options, model: ChatModel | None = None
    ) -> None:
        self.key, self.tenant, self.project, self.options, self.model = key, tenant, project, options, model
        self.heard: list[Happening] = []
        self.cancelled = threading.Event()
        self.followers = 0
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()

    def tell(self, happening: Happening) -> None:
        """Let the followers hear something; from the event loop."""
        self.heard.append(happening)
        self._news.set()
        self._news = asyncio.Event()

    def tell_from_thread(self, happening: Happening) -> None:
        """Let the followers hear something; from the thread that works."""
        self._loop.call_soon_threadsafe(self.tell, happening)

    async def after(self, count: int) -> Happening:
        """Wait for the next happening after the first `count`."""
        while len(self.heard) <= count:
            await self._news.wait()
        return self.heard[count]

    def watching(self) -> Watching:
        """Return what the generator talks to."""

        def progress(stage: str, done: int, of: int) -> None:
            self.tell_from_thread(Happening("progress", {"stage": stage, "done": done, "of": of}))

        def accepted(test: WrittenTest) -> None:
            self.tell_from_thread(Happening("test", dict(test_fields(test))))

        return Watching(progress, accepted, self.cancelled)


class Runs:
    """The queue of this process. `make` writes the tests; None takes the engine in the sandbox."""

    def __init__(self, make: Make | None = None, *, slots: int = SLOTS, waiting: int = WAITING) -> None:
        bench = _Sandboxed() if make is None else make
        self._sandboxed = bench if isinstance(bench, _Sandboxed) else None
        self._make: Make = bench
        self._slots, self._most = slots, waiting
        self._workers = ThreadPoolExecutor(slots, thread_name_prefix="tests")
        self._waiting: OrderedDict[str, deque[Run]] = OrderedDict()
        self._known: dict[object, Run] = {}
        self._busy: set[asyncio.Task[None]] = set()

    async def prove(self) -> None:
        """Run the sandbox's self-test: at the server's start, so that the first request need not wait for it."""
        if self._sandboxed is not None:
            await asyncio.to_thread(self._sandboxed.prove)

    def join(self, tenant: str, project: Project, options: Options, model: ChatModel | None = None) -> Run:
        """Begin a run, or join the same one of the same tenant; `leave` in the end. Raises TooManyRequests.

        `model` may help; it belongs to this event loop.
        """
        key = (tenant, project.target, tuple(sorted(project.files.items())), options)
        run = self._known.get(key)
        if run is None or run.cancelled.is_set():
            queue = self._waiting.setdefault(tenant, deque())
            if len(queue) >= self._most:
                raise TooManyRequests(
                    Text(
                        en=f"{self._most} requests of this tenant are waiting already. Try again in a moment.",
                        zh=f"本租户已有 {self._most} 个请求在排队，请稍后重试。",
                    ),
                    code="too_many_tests",
                    retry_after=RETRY_S,
                )
            run = self._known[key] = Run(key, tenant, project, options, model)
            run.tell(Happening("progress", {"stage": "queued", "done": 0, "of": self._ahead()}))
            queue.append(run)
        run.followers += 1
        self._start_next()
        return run

    async def follow(self, run: Run) -> AsyncGenerator[Happening, None]:
        """Yield what happens, to the end."""
        heard = 0
        while True:
            happening = await run.after(heard)
            heard += 1
            yield happening
            if happening.last:
                return

    def leave(self, run: Run) -> None:
        """Say that a follower is gone; once for each `join`. When it was the last, the run is stopped."""
        run.followers -= 1
        if run.followers or (run.heard and run.heard[-1].last):
            return
        run.cancelled.set()
        queue = self._waiting.get(run.tenant)
        if queue is not None and run in queue:
            queue.remove(run)
            self._forget(run)

    def _ahead(self) -> int:
        return sum(len(queue) for queue in self._waiting.values()) + len(self._busy)

    def _start_next(self) -> None:
        """Give free slots to tenants in turn."""
        while len(self._busy) < self._slots and (run := self._next()) is not None:
            task = asyncio.get_running_loop().create_task(self._work(run))
            self._busy.add(task)
            task.add_done_callback(self._done)

    def _next(self) -> Run | None:
        for tenant in list(self._waiting):
            queue = self._waiting[tenant]
            self._waiting.move_to_end(tenant)
            if queue:
                return queue.popleft()
            del self._waiting[tenant]
        return None

    def _done(self, task: asyncio.Task[None]) -> None:
        self._busy.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            logger.error("tests.failed", exc_info=error)
        self._start_next()

    async def _work(self, run: Run) -> None:
        loop = asyncio.get_running_loop()
        try:
            source = None if run.model is None else Source(run.model, loop)
            made = await loop.run_in_executor(
                self._workers, self._make, run.project, run.options, run.watching(), source
            )
            run.tell(Happening("finished", to_fields(made)))
        except (EngineError, AssistantError) as error:
            run.tell(Happening("failed", error=shown(error)))
        finally:
            if not run.heard[-1].last:  # it failed in a way that nobody foresaw: `_done` logs it
                run.tell(Happening("failed", error=AssistantError(_INTERNAL)))
            self._forget(run)

    def _forget(self, run: Run) -> None:
        if self._known.get(run.key) is run:
            del self._known[run.key]


_INTERNAL = Text("The tests could not be written; the reason has been logged.", "无法生成测试，原因已记录日志。")


def shown(error: EngineError | AssistantError) -> AssistantError:
    """Return the error that a caller sees."""
    if isinstance(error, AssistantError):
        return error
    if isinstance(error, SourceEndless):
        loading = (
            f"{error.target} 未能按时加载完成：导入时执行的代码没有结束，或在等待输入等；"
            "请把它移入函数，或移入仅作为程序运行时才执行的部分。"
        )
        searching = f"探索 {error.target} 用时过长，没有生成测试；请在 symbols 中减少名称，或给更多时间。"
        return Unprocessable(Text(f"{error}.", loading if error.loading else searching), code="source_timeout")
    if isinstance(error, SourceBroken):
        place = f"line {error.line}, column {error.column}: " if error.line else ""
        where = f"第 {error.line} 行第 {error.column} 列：" if error.line else ""
        members = {"line": error.line, "column": error.column} if error.line else None
        code = "syntax_error" if error.line else "broken_source"
        text = Text(f"The source is broken: {place}{error}.", f"源代码有误：{where}{error}。")
        return Unprocessable(text, code=code, members=members)
    if isinstance(error, OtherFramework):
        text = Text(
            en=f"{error}.",
            zh=f"{error.path} 是为 {error.found} 编写的，只能把测试加入 {error.wanted} 的文件；"
            f"去掉它，即可得到单独成文件的 {error.wanted} 测试。",
        )
        return Unprocessable(text, code="other_framework")
    if isinstance(error, MissingRunner):
        logger.error("tests.missing_runner language=%s reason=%s", error.language, error)
        text = Text(
            en=f"Tests for {error.language} cannot be run on this server: {error}",
            zh=f"本服务器无法运行 {error.language} 的测试，缺少其运行器，请联系运维人员：{error}",
        )
        return Unprocessable(text, code="missing_runner")
    if isinstance(error, NothingToTest):
        text = Text(str(error), "没有可测试的公开函数或类，或者没有所给的名称。")
        return Unprocessable(text, code="nothing_to_test")
    if isinstance(error, Cancelled):
        return Unprocessable(Text("The run was stopped.", "任务已停止。"), code="stopped")
    return AssistantError(_INTERNAL)


def sandbox_away(symbols: list[str] | None = None) -> Unavailable:
    """Return the error where the sandbox does not hold; `symbols` are what a reading of the source found to test."""
    found: Mapping[str, Member] = {} if symbols is None else {"symbols": symbols}
    return Unavailable(
        Text(
            en="Tests cannot be run safely on this server: its sandbox is not available. Tell an operator.",
            zh="本服务器的沙箱不可用，无法安全执行测试。请联系运维人员。",
        ),
        code="sandbox_unavailable",
        retry_after=60.0,
        members={"executed": False, **found},
    )


class _Sandboxed:
    """The engine in the sandbox. Where that does not hold, nothing runs and the source is only read."""

    def __init__(self) -> None:
        self._workshop = Workshop()

    def __call__(self, project: Project, options: Options, watching: Watching, source: Source | None) -> Generated:
        try:
            return self._workshop.make(project, options, watching, source)
        except WorkshopClosed as error:
            self._closed(error)
            raise sandbox_away(statics.symbols(project)) from error

    def prove(self) -> None:
        """Run the self-test and log why it fails."""
        try:
            self._workshop.prove()
        except WorkshopClosed as error:
            self._closed(error)

    @staticmethod
    def _closed(error: WorkshopClosed) -> None:
        logger.error("tests.sandbox_unavailable reason=%s", error)
