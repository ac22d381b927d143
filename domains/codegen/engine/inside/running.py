"""Runs scenarios on the module or on a mutant of it: what each step gave, and which lines followed which."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import inspect
import io
import itertools
import linecache
import random
import signal
import sys
import types
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import replace
from typing import Any

from domains.codegen.engine.inside.arranging import Arranged
from domains.codegen.engine.inside.qualifying import LIBRARY, own
from domains.codegen.engine.inside.scenarios import SUBJECT, Scenario, Seen, Step
from domains.codegen.engine.inside.sources import attributes, source_of
from domains.codegen.engine.inside.swapping import Swap
from domains.codegen.engine.inside.world import Staged

STEP_S = 0.25
"""Processor time a scenario may take; a mutant that loops is stopped here."""
LOAD_S = 5.0
"""Processor time that importing the module, or a mutant of it, may take."""
LATE = "late"
"""What is said of a scenario that stalled because its time was over, not because a value could not be made."""
STEPS = 40_000
"""Traced lines a scenario may take."""
_ITEMS = 50
_CALLS = "__fixture_calls__"

Edges = set[tuple[int, int]]
Heard = Callable[[types.FrameType], None]
"""Told of each call of a function of the module as it begins."""
Trace = Callable[[types.FrameType, str, Any], Any]
"""The interpreter's own protocol."""


class Stalled(BaseException):
    """The time of a scenario is over. Not an Exception, so that the code under test does not catch it."""


class Unloadable(Exception):
    """The module under test cannot be imported; the message says why."""


class Subject:
    """The module under test: loads it, or a mutant of it, and makes the names that a test file would import."""

    def __init__(self, name: str, path: str) -> None:
        self.name, self.path, self.once = name, path, False
        self.compiled: dict[str, types.CodeType] = {}
        """Expressions of scenarios, which every mutant is asked again."""
        self._staged: Staged | None = None
        self._arranged: Arranged | None = None
        loaded = self.attempt(None)
        if isinstance(loaded, BaseException):
            first = self._imported()
            if first is None:
                raise Unloadable(f"{type(loaded).__name__}: {loaded}"[:400]) from loaded
            self.once, loaded = True, first
        self.module = loaded

    def _imported(self) -> types.ModuleType | None:
        """Return the module as its package loaded it: one that registers itself somewhere cannot be loaded twice."""
        for name in [n for n in sys.modules if n.split(".")[0] == self.name.split(".")[0]]:
            del sys.modules[name]
        try:
            return importlib.import_module(self.name)
        except BaseException:  # noqa: BLE001 - as in `attempt`: what went wrong the first time is told
            return None

    def attempt(self, code: types.CodeType | None) -> types.ModuleType | BaseException:
        """Load as `load` does, within LOAD_S of processor time; return what went wrong instead of raising it."""
        signal.setitimer(signal.ITIMER_VIRTUAL, LOAD_S, LOAD_S)
        try:
            return self.load(code)
        except BaseException as error:  # noqa: BLE001 - a module may fail to load in any way, and even leave
            return error
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)

    def load(self, code: types.CodeType | None) -> types.ModuleType:
        """Execute the module's code (its own when None) in a fresh namespace; what loads once only is given back."""
        if self.once:
            return self.module
        spec = importlib.util.spec_from_file_location(self.name, self.path)
        if spec is None or spec.loader is None:
            raise ImportError(self.name)
        if "." in self.name:
            importlib.import_module(self.name.rpartition(".")[0])
        module = importlib.util.module_from_spec(spec)
        sys.modules[self.name] = module
        if code is None:
            spec.loader.exec_module(module)
        else:
            exec(code, module.__dict__)  # noqa: S102 - this is the sandbox
        if self._staged is not None:
            self._staged.loaded()
        if self._arranged is not None:
            vars(module)[_CALLS] = self._arranged.calls()
        return module

    def stage(self, staged: Staged) -> None:
        """Let the module, and every mutant of it from now on, live in a world that is the same each time."""
        self._staged = staged
        staged.loaded()

    def arrange(self, arranged: Arranged) -> None:
        """Let expressions call a project's fixtures, of this module and of every mutant of it from now on."""
        self._arranged = arranged
        vars(self.module)[_CALLS] = arranged.calls()

    def begin(self) -> None:
        """Set the world back to where a test begins."""
        random.seed(0)
        if self._arranged is not None:
            self._arranged.begin()
        if self._staged is not None:
            self._staged.begin()

    @staticmethod
    def names(module: types.ModuleType) -> dict[str, Any]:
        """Return what expressions may name."""
        library = {name: importlib.import_module(name) for name in LIBRARY}
        return {**library, **vars(module).get(_CALLS, {}), **own(module)}


class Runner:
    """Runs scenarios with the names of one module; meanwhile functions have the code that `swaps` gives them."""

    def __init__(self, subject: Subject, names: dict[str, Any], swaps: Sequence[Swap] = ()) -> None:
        self._subject, self.path, self._names, self._swaps = subject, subject.path, names, swaps

    @property
    def names(self) -> dict[str, Any]:
        """What expressions may name."""
        return self._names

    def named(self, text: str, env: dict[str, Any] | None = None) -> Any:  # noqa: ANN401 - any value
        """Return what an expression gives."""
        return self._value(text, {**self._names, **(env or {})})

    def given(self, text: str) -> Any:  # noqa: ANN401 - any value
        """Return what an expression gives within the time of a scenario; None where it gives nothing."""
        found: list[Any] = []
        self.attempt(lambda: found.append(self.named(text)))
        return found[0] if found else None

    def attempt(self, action: Callable[[], object]) -> tuple[BaseException | None, bool]:
        """Do something within the time of a scenario; return what it raised, and whether the time was enough."""
        self._subject.begin()
        self._swap(after=True)
        signal.setitimer(signal.ITIMER_VIRTUAL, STEP_S, STEP_S)
        try:
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                action()
        except Stalled:
            return None, False
        except BaseException as error:  # noqa: BLE001 - whatever the code under test raises; Stalled is above
            return error, True
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            self._swap(after=False)
        return None, True

    def _swap(self, *, after: bool) -> None:
        for swap in self._swaps:
            swap.function.__code__ = swap.after if after else swap.before

    def run(self, scenario: Scenario, edges: Edges | None = None, heard: Heard | None = None) -> tuple[Seen, ...]:
        """Run the steps until one raises; `edges` collects (line before, line) within the module.

        With edges, `heard` is told of each call within the module as it begins.
        """
        seen: list[Seen] = []
        env = dict(self._names)
        trace = None if edges is None else _tracer(self.path, edges, heard=heard)
        self._subject.begin()
        self._swap(after=True)
        signal.setitimer(signal.ITIMER_VIRTUAL, STEP_S, STEP_S)
        try:
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                for n, step in enumerate(scenario.steps, 1):
                    seen.append(self._step(step, env, trace, last=n == len(scenario.steps)))
                    if seen[-1].kind in {"raises", "stalled"}:
                        break
        except Stalled:
            seen.append(Seen("stalled", LATE))
        finally:
            sys.settrace(None)
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            self._swap(after=False)
        return tuple(seen)

    def _step(self, step: Step, env: dict[str, Any], trace: Trace | None, *, last: bool) -> Seen:
        try:
            values = [self._value(text, env) for _, text in step.arguments]
        except Exception:  # noqa: BLE001 - a value that cannot be made says nothing about the code under test
            return Seen("stalled", "")
        drawn = awaited = False
        try:
            before = [source_of(value, self._names) for value in values]
            if trace is not None:
                sys.settrace(trace)
            result = self._value(step.callee, env)
            if not step.reads:
                names = [name for name, _ in step.arguments]
                plain = [value for name, value in zip(names, values, strict=True) if not name]
                result = result(*plain, **{name: value for name, value in zip(names, values, strict=True) if name})
            awaited = inspect.iscoroutine(result)
            if awaited:
                result = asyncio.run(_ended(result))
            drawn = _is_iterator(result) and not step.binds
            if drawn:
                result, kind = list(itertools.islice(result, _ITEMS)), "iterator"
            else:
                kind = "value"
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever the code under test raises is what is observed
            sys.settrace(None)
            return replace(self._raised(error, "iterator" if drawn else ""), awaited=awaited)
        finally:
            sys.settrace(None)
        if step.binds:
            env[SUBJECT] = result
        after = [source_of(value, self._names) for value in values]
        changed = tuple((n, new) for n, (old, new) in enumerate(zip(before, after, strict=True)) if new and old != new)
        if step.binds and not last:  # a test says nothing of it, so a mutant that changes only this goes unnoticed
            return Seen("object", "", after=changed, awaited=awaited)
        return replace(self._given(result, kind, changed, last=last), awaited=awaited)

    def _given(self, result: object, kind: str, changed: tuple[tuple[int, str], ...], *, last: bool) -> Seen:
        text = source_of(result, self._names)
        if text is not None:
            return Seen(kind, text, type(result).__name__, after=changed)
        if kind == "iterator" and isinstance(result, list):
            return Seen("counted", str(len(result)), "list", after=changed)
        if not last:  # called on the way, without a word on what it gave
            return Seen("object", "", after=changed)
        parts = attributes(result, self._names)
        return Seen("object", type(result).__name__, type(result).__name__, parts=parts, after=changed)

    def _raised(self, error: BaseException, during: str) -> Seen:
        kind = type(error)
        own = self._names.get(kind.__name__) is kind
        name = kind.__name__ if own or kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
        try:
            return Seen("raises", name, during, str(error)[:200])
        except Exception:  # noqa: BLE001 - its own __str__ may fail in any way
            return Seen("raises", name, during)

    def _value(self, text: str, env: dict[str, Any]) -> Any:  # noqa: ANN401
        code = self._subject.compiled.get(text)
        if code is None:
            code = self._subject.compiled[text] = compile(text, "<scenario>", "eval")
        return eval(code, env)  # noqa: S307 - this is the sandbox


async def _ended(given: Coroutine[Any, Any, object]) -> object:
    """Run a coroutine to its end; raises Stalled where it waits for longer than a scenario may take."""
    task = asyncio.ensure_future(given)
    done, _ = await asyncio.wait({task}, timeout=STEP_S)
    if not done:
        task.cancel()
        raise Stalled
    return task.result()


@contextlib.contextmanager
def traced(path: str, edges: Edges, steps: int = STEPS) -> Iterator[None]:
    """Collect (line before, line) within a file into `edges`, for as many lines as a scenario may take."""
    sys.settrace(_tracer(path, edges, steps))
    try:
        yield
    finally:
        sys.settrace(None)


def _is_iterator(value: object) -> bool:
    return isinstance(value, Iterator) and not isinstance(value, io.IOBase)


def _tracer(path: str, edges: Edges, steps: int = STEPS, heard: Heard | None = None) -> Trace:
    budget = steps

    def begin(frame: types.FrameType, _event: str, _arg: object) -> Any:  # noqa: ANN401
        if frame.f_code.co_filename != path:
            return None
        if heard is not None:
            heard(frame)
        before = -frame.f_code.co_firstlineno

        def line(inner: types.FrameType, what: str, _value: object) -> Any:  # noqa: ANN401
            nonlocal before, budget
            if what == "line":
                edges.add((before, inner.f_lineno))
                before = inner.f_lineno
                budget -= 1
                if budget < 0:
                    raise Stalled
            elif what == "return":
                edges.add((before, -inner.f_code.co_firstlineno))
            return line

        return line

    return begin


def arm() -> None:
    """Let the clock of a scenario raise Stalled; forget cached sources, which tracebacks would read."""

    def over(_signal: int, _frame: object) -> None:
        raise Stalled

    signal.signal(signal.SIGVTALRM, over)
    linecache.clearcache()
