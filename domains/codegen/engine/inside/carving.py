"""Calls of one function by another, as they were made while the module ran: the most natural inputs there are.

A method that the class itself calls gets what it is really given, a pair of texts and numbers say, that no draw of
values would put together.
"""

from __future__ import annotations

import inspect
import types
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from domains.codegen.engine.inside.parameters import Parameter
from domains.codegen.engine.inside.sources import source_of
from domains.codegen.engine.inside.targets import Target

_EACH = 12
"""Calls kept of one function."""
_HEARD = 300
"""Calls of one function that are looked at: most are alike."""
_LONGEST = 120
"""Letters of an argument that somebody would still write."""

Given = list[tuple[Parameter, str]]


@dataclass(slots=True)
class Carving:
    """Listens to the calls of the targets, by their code; `own` are the names that values may be written with."""

    own: dict[str, Any]
    targets: Mapping[types.CodeType, Target] = field(default_factory=dict)
    _asked: str = ""
    _heard: dict[str, int] = field(default_factory=dict)
    _known: dict[str, set[tuple[tuple[str, str], ...]]] = field(default_factory=dict)
    _waiting: deque[tuple[Target, Given]] = field(default_factory=deque)

    def begin(self, symbol: str) -> None:
        """Let go the next call of a target: the search makes it itself."""
        self._asked = symbol

    def hear(self, frame: types.FrameType) -> None:
        """Note the arguments of a call that begins; what cannot be written as source is let go."""
        target = self.targets.get(frame.f_code)
        if target is None or self._heard.get(target.symbol, 0) >= _HEARD:
            return
        if target.symbol == self._asked:
            self._asked = ""
            return
        self._heard[target.symbol] = self._heard.get(target.symbol, 0) + 1
        known = self._known.setdefault(target.symbol, set())
        if len(known) >= _EACH:
            return
        given = self._given(target.parameters, frame.f_locals)
        key = tuple((parameter.name, text) for parameter, text in given or ())
        if given and key not in known:
            known.add(key)
            self._waiting.append((target, given))

    def _given(self, parameters: Sequence[Parameter], values: Mapping[str, Any]) -> Given | None:
        """Write the arguments, those aside that are as their defaults; None where one has no source."""
        written: Given = []
        for parameter in parameters:
            if parameter.variadic or parameter.name not in values:
                continue
            value = values[parameter.name]
            if not parameter.needed and value is parameter.default:
                continue
            text = source_of(value, self.own, _LONGEST)
            if text is None:
                return None
            written.append((parameter, text))
        return written

    def draw(self) -> tuple[Target, Given] | None:
        """Return a call that was heard and not yet given out."""
        return self._waiting.popleft() if self._waiting else None


def codes(targets: Sequence[Target], names: Mapping[str, Any]) -> dict[types.CodeType, Target]:
    """Return the code of each target that takes something; constructors and what only wraps another are left out."""
    found: dict[types.CodeType, Target] = {}
    for target in targets:
        owner, _, method = target.symbol.rpartition(".")
        holder = names.get(owner) if owner else None
        raw = vars(holder).get(method) if isinstance(holder, type) else names.get(target.symbol)
        function = getattr(raw, "__func__", raw)
        if target.parameters and callable(function):
            inner = inspect.unwrap(function)
            found |= {inner.__code__: target} if inspect.isfunction(inner) else {}
    return found
