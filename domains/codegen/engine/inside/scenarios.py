"""A scenario: steps on the module under test, kept as source so that a test can be written from it."""

from __future__ import annotations

import re
from dataclasses import dataclass

SUBJECT = "subject"
"""What the object under test is called in a scenario of several steps."""
FIXTURE = "fixture_"
"""What a scenario calls to get what a test gets from a fixture: `fixture_cart()`."""
TAKEN = re.compile(rf"\b{FIXTURE}(\w+)\(\)")


@dataclass(frozen=True, slots=True)
class Step:
    """A call: `callee(arguments)`; with `reads` an attribute is read instead. `binds` keeps the result as the subject.

    `arguments` are (keyword or "", source of the value).
    """

    callee: str
    arguments: tuple[tuple[str, str], ...] = ()
    binds: bool = False
    reads: bool = False

    def source(self) -> str:
        """Write the step as an expression."""
        if self.reads:
            return self.callee
        return f"{self.callee}({', '.join(f'{name}={value}' if name else value for name, value in self.arguments)})"


@dataclass(frozen=True, slots=True)
class Scenario:
    """Steps in order; `symbol` is what is tested (`name` or `Class.method`)."""

    symbol: str
    steps: tuple[Step, ...]

    def size(self) -> int:
        """How much there is to read."""
        return sum(len(TAKEN.sub("", step.source())) for step in self.steps) + 20 * len(self.steps)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a step did. `kind` is value, object, iterator, counted, raises or stalled.

    value and iterator: `text` is the source of the value (of the list of items); counted: the number of items, which
    cannot be written; object: the name of its type, with `parts` its public attributes; raises: `text` is the
    exception's name, `message` what it says, `type` is iterator where it came from drawing items, not from the call.
    `after` holds the arguments that were changed: (position, source).
    `awaited` says that the call gave a coroutine, which was run.
    """

    kind: str
    text: str
    type: str = ""
    message: str = ""
    parts: tuple[tuple[str, str], ...] = ()
    after: tuple[tuple[int, str], ...] = ()
    awaited: bool = False

    def shape(self) -> tuple[str, str]:
        """What it is, without its value."""
        return self.kind, self.text if self.kind in {"raises", "object"} else self.type
