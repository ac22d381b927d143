"""What a parameter without a type is used for, learned by running: a probe stands in for the value and notes its use.

A probe answers every attribute, call, operator and iteration with something plausible, chance decides what is true, and
what was asked of it is its shape. A library written in C that refuses a probe names it in its TypeError; since every
probe has a class of its own, the shape learns from that too. (The idea is type tracing as Pynguin does it; the probes,
and what is made of them, are our own.)
"""

from __future__ import annotations

import collections
import inspect
import itertools
import random
import re
import types
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from domains.codegen.engine.inside.running import Runner
from domains.codegen.engine.inside.scenarios import SUBJECT
from domains.codegen.engine.inside.targets import Target

_ROUNDS = 10
_DRAWN = 3
_CALLS = 2
_SEVERAL = 2
"""Values for a parameter that takes any number."""
_DEEP = 6
_NAMED = re.compile(r"Probe_(\d+)")
_REFUSALS = (
    ("text", re.compile(r"\bstr\b|string", re.I)),
    ("bytes", re.compile(r"bytes", re.I)),
    ("number", re.compile(r"\bint\b|integer|float|number|real", re.I)),
    ("mapping", re.compile(r"mapping|\bdict\b", re.I)),
)


@dataclass(slots=True)
class Shape:
    """What was asked of a value. `uses`: call, iter, len, index, number, order, text, bytes, mapping, enter.

    `item` is what came out of iterating or indexing, `result` what calling gave; `equals` are sources of constants that
    it was compared with, `keys` of those that it was indexed with; `arity` is the most arguments it was called with.
    """

    uses: set[str] = field(default_factory=set)
    attributes: dict[str, Shape] = field(default_factory=dict)
    equals: dict[str, None] = field(default_factory=dict)
    keys: dict[str, None] = field(default_factory=dict)
    arity: int = 0
    item: Shape | None = None
    result: Shape | None = None

    def __bool__(self) -> bool:
        return bool(self.uses or self.attributes or self.equals or self.keys)


class Probes:
    """Makes probes and hears what they are used for."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self._shapes: dict[int, Shape] = {}

    def of(self, shape: Shape, depth: int = 0) -> Any:  # noqa: ANN401 - it passes for anything
        """Return a value that notes its use in `shape`."""
        number = len(self._shapes)
        self._shapes[number] = shape
        return type(f"Probe_{number}", (Probe,), {})(shape, self, depth)

    def refused(self, error: BaseException) -> None:
        """Learn from a TypeError that names a probe."""
        text = str(error)
        for number in _NAMED.findall(text):
            shape = self._shapes.get(int(number))
            for use, pattern in _REFUSALS:
                if shape is not None and pattern.search(_NAMED.sub("", text)):
                    shape.uses.add(use)

    def forget(self) -> None:
        """Let go of the probes of a round."""
        self._shapes.clear()


class Probe:
    """Stands in for a value. Its own state hides behind names that no code asks for."""

    def __init__(self, shape: Shape, probes: Probes, depth: int) -> None:
        self.__shape, self.__probes, self.__depth = shape, probes, depth

    def __note(self, use: str) -> None:
        self.__shape.uses.add(use)

    def __further(self, shape: Shape) -> Any:  # noqa: ANN401
        if self.__depth > _DEEP:
            raise RecursionError("a probe led to a probe too often")
        return self.__probes.of(shape, self.__depth + 1)

    def __coin(self) -> bool:
        return self.__probes.chance.random() < 0.5

    def __item(self) -> Any:  # noqa: ANN401
        if self.__shape.item is None:
            self.__shape.item = Shape()
        return self.__further(self.__shape.item)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        if name.startswith("__"):
            raise AttributeError(name)
        return self.__further(self.__shape.attributes.setdefault(name, Shape()))

    def __call__(self, *given: object, **_named: object) -> Any:  # noqa: ANN401
        """Answer a call with a probe."""
        self.__note("call")
        self.__shape.arity = max(self.__shape.arity, len(given))
        if self.__shape.result is None:
            self.__shape.result = Shape()
        return self.__further(self.__shape.result)

    def __iter__(self) -> Iterator[Any]:
        self.__note("iter")
        return iter([self.__item() for _ in range(self.__probes.chance.choice((1, 2, 2, 3)))])

    def __len__(self) -> int:
        self.__note("len")
        return self.__probes.chance.choice((0, 1, 2, 3))

    def __getitem__(self, key: object) -> Any:  # noqa: ANN401
        if isinstance(key, slice):
            self.__note("index")
            return self.__further(self.__shape)
        self.__note("index" if isinstance(key, int) else "mapping")
        if isinstance(key, str | int):
            self.__shape.keys[repr(key)] = None
        return self.__item()

    def __setitem__(self, key: object, value: object) -> None:
        self.__note("index" if isinstance(key, int) else "mapping")

    def __contains__(self, value: object) -> bool:
        self.__note("text" if isinstance(value, str) else "iter")
        return self.__coin()

    def __bool__(self) -> bool:
        return self.__coin()

    def __eq__(self, other: object) -> bool:
        if isinstance(other, str | int | float | bytes):
            self.__shape.equals[repr(other)] = None
        return self.__coin()

    def __hash__(self) -> int:
        return 1

    def __order(self, other: object) -> bool:
        self.__note("text" if isinstance(other, str) else "order")
        return self.__coin()

    __lt__ = __le__ = __gt__ = __ge__ = __order

    def __reckon(self, other: object = 0) -> Any:  # noqa: ANN401
        if isinstance(other, str | bytes):
            self.__note("text" if isinstance(other, str) else "bytes")
        else:
            self.__note("iter" if isinstance(other, list | tuple) else "number")
        return self.__further(self.__shape)

    def __times(self, other: object = 1) -> Any:  # noqa: ANN401
        self.__note("number")  # a text or a list is repeated by one, too
        return self.__further(Shape() if isinstance(other, str | bytes | list | tuple) else self.__shape)

    __mul__ = __rmul__ = __times
    __add__ = __radd__ = __sub__ = __rsub__ = __truediv__ = __rtruediv__ = __reckon
    __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __pow__ = __rpow__ = __and__ = __or__ = __xor__ = __reckon
    __lshift__ = __rshift__ = __neg__ = __pos__ = __abs__ = __invert__ = __round__ = __reckon

    def __whole(self) -> int:
        self.__note("number")
        return self.__probes.chance.choice((0, 1, 2, 3))

    __int__ = __index__ = __trunc__ = __floor__ = __ceil__ = __whole

    def __float__(self) -> float:
        return float(self.__whole())

    def __str__(self) -> str:
        return "a"

    def __enter__(self) -> Any:  # noqa: ANN401
        self.__note("enter")
        return self.__item()

    def __exit__(self, *_: object) -> None:
        return None


def probe(runner: Runner, listed: list[Target], chance: random.Random) -> dict[tuple[str, str], Shape]:
    """Call every target with probes for what has no type; return the shapes by (symbol, parameter)."""
    shapes: dict[tuple[str, str], Shape] = {}
    makers = {target.symbol: target for target in listed if target.symbol == target.callee}
    probes = Probes(chance)
    for target in listed:
        if not target.parameters and not target.owner:
            continue
        stalls = 0
        for n in range(_ROUNDS):
            stalls += not _round(runner, target, makers, probes, shapes, everything=n % 2 == 1)
            if stalls > 1:
                break
    return {key: shape for key, shape in shapes.items() if shape}


def _round(
    runner: Runner, target: Target, makers: dict[str, Target], probes: Probes,
    shapes: dict[tuple[str, str], Shape], *, everything: bool,
) -> bool:  # fmt: skip
    """Call once; say whether it came to an end in time. A result that iterates is drawn from,
    one that is a function called.
    """
    env: dict[str, Any] = {}

    def given(of: Target) -> list[Any]:
        plain = [p for p in of.parameters if not p.keyword]
        further = everything or all(p.needed or p.variadic for p in plain)  # else they would stand before a default
        used = [p for p in plain if p.needed or (further if p.variadic else everything)]
        several = [p for p in used for _ in range(_SEVERAL if p.variadic else 1)]
        return [probes.of(shapes.setdefault((of.symbol, p.name), Shape())) for p in several]

    def act() -> None:
        if target.owner and target.owner in makers:
            env[SUBJECT] = runner.named(target.owner)(*given(makers[target.owner]))
        callee = runner.named(target.callee, env)
        if not target.reads:
            _used(callee(*given(target)), probes)

    error, in_time = runner.attempt(act)
    if isinstance(error, TypeError):
        probes.refused(error)
    probes.forget()
    return in_time


def _used(result: object, probes: Probes) -> None:
    """Use what a call gave: what a function remembers of its own parameters shows only then."""
    for _ in range(_CALLS):
        if not isinstance(result, types.FunctionType):
            break
        listed = inspect.signature(result, follow_wrapped=False).parameters.values()
        needed = [p for p in listed if p.kind in {p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD} and p.default is p.empty]
        more = [p for p in listed if p.kind is p.VAR_POSITIONAL]
        result = result(*(probes.of(Shape()) for _ in [*needed, *more]))
    if isinstance(result, Iterator):
        collections.deque(itertools.islice(result, _DRAWN), maxlen=0)
