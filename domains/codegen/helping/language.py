"""What the model's help needs of a language: how calls are read, tried, judged and named there."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Hashable, Sequence
from dataclasses import Field, dataclass
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from domains.codegen.engine.helping import Doubt
from domains.codegen.engine.types import Label, Survivor
from sandbox import Sandbox


class Testable(Protocol):
    """A case of some language: a dataclass with a label, a note on its expectation, and a reason."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def label(self) -> Label:
        """Where its expectation comes from."""

    @property
    def note(self) -> str:
        """What is said of the expectation."""


class Survived(Protocol):
    """A change that no test noticed."""

    @property
    def line(self) -> int:
        """Its line, from 1."""

    @property
    def change(self) -> str:
        """What was changed, in words."""


class Searched(Protocol):
    """What a search found."""

    @property
    def surviving(self) -> Sequence[Survived]:
        """Changes that no scenario noticed."""


Scenario = TypeVar("Scenario", bound=Hashable)
Case = TypeVar("Case", bound=Testable)
Explored = TypeVar("Explored", bound=Searched)


@dataclass(frozen=True, slots=True)
class Style:
    """How the model is asked for a language.

    `named` says how a test is called, `pattern` and `words` hold a name to it; `whole` says that a name stands alone,
    so that it must say what is tested and is given once. `raises` begins the outcome that is an error, `examples` are
    calls as the language writes them, `comment` begins a comment.
    """

    language: str
    named: str
    pattern: str
    words: Callable[[str], list[str]]
    whole: bool
    raises: str
    examples: str
    comment: str


@dataclass(frozen=True, slots=True)
class Part:
    """A function or class at the top of the target: its name and lines, from 1."""

    name: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Prose:
    """Sentences about a symbol that could be held, and how it is called."""

    symbol: str
    signature: str
    sentences: tuple[str, ...]

    @property
    def text(self) -> str:
        """All of it, bounded."""
        return "\n".join(self.sentences)[:_MOST]


_MOST = 1_200


@dataclass(frozen=True, slots=True)
class Call(Generic[Scenario]):
    """A call that was read: the symbol, the values given as source, and what runs it."""

    symbol: str
    given: tuple[str, ...]
    scenario: Scenario


@dataclass(frozen=True, slots=True)
class Claim(Generic[Scenario]):
    """What a sentence says of a call: the value's source, or an exception's name in `raises`."""

    call: Call[Scenario]
    quote: str
    value: str
    raises: str


@dataclass(frozen=True, slots=True)
class Tried(Generic[Case]):
    """What a call did: the case that it makes. `lines` of those that were missing, `kills` by number of survivors.

    `usable` says that it came to the same end twice; `size` is how much there is to read.
    """

    case: Case
    usable: bool
    lines: tuple[int, ...]
    kills: tuple[int, ...]
    size: int


@dataclass(frozen=True, slots=True)
class About:
    """A case in plain terms: `result` is the value's source where it is plain, `raises` the error's bare name.

    `outcome` says either in words, `said` are further texts whose words may be used, `changed` that something was
    changed on the way.
    """

    symbol: str
    call: str
    given: tuple[str, ...]
    outcome: str
    result: str
    raises: str
    changed: bool
    said: tuple[str, ...]


class Language(Protocol[Scenario, Case, Doubt, Explored]):
    """One target in its language. Nothing of it raises, `attempt` aside."""

    @property
    def style(self) -> Style:
        """How the model is asked."""

    @property
    def text(self) -> str:
        """The target's source."""

    def prose(self) -> list[Prose]:
        """What the documentation says of functions and methods, without its examples."""

    def parts(self) -> list[Part]:
        """What stands at the top."""

    def learn(self, explored: Explored) -> set[Scenario]:
        """Hear what was found, before calls are read; return the scenarios in it."""

    def read(self, call: str) -> Call[Scenario] | None:
        """Read a call of a symbol with literal values; None for anything else."""

    def literal(self, text: str) -> str | None:
        """Return a literal written anew; None for what is none."""

    def value(self, text: str) -> object:
        """Return a literal as a value of Python; UNKNOWN for what is none."""

    def attempt(
        self, box: Sandbox, scenarios: Sequence[Scenario], missing: Sequence[int], surviving: Sequence[Survivor], *,
        seconds: float, cancelled: threading.Event,
    ) -> list[Tried[Case] | None]:  # fmt: skip
        """Run scenarios, None for what cannot be; empty without a report. Raises Cancelled, SandboxUnavailable."""

    def joined(self, explored: Explored, rows: Sequence[tuple[Case, int]], left: Sequence[Survivor]) -> Explored:
        """Return what was found with more cases, each with the number of changes it notices; `left` still survive."""

    def alone(self, cases: list[Case]) -> list[Case]:
        """Return the cases that become tests of their own, rather than rows of a table."""

    def key(self, case: Case) -> Hashable:
        """Return what tells a case from others: its calls."""

    def key_of(self, doubt: Doubt) -> Hashable:
        """Return the same of a suspicion."""

    def about(self, case: Case) -> About:
        """Say a case in plain terms."""

    def contradicted(self, case: Case, claim: Claim[Scenario], note: str) -> Doubt | None:
        """Return what is suspected where a case does not do what a sentence says; None where no test could say it."""


class _Unknown:
    """A value that is no literal."""


class _Undefined:
    """JavaScript's other nothing."""

    def __repr__(self) -> str:
        return "undefined"


UNKNOWN = _Unknown()
UNDEFINED = _Undefined()
_SENTENCE = re.compile(r"(?<=[.!?。！？])\s+|\n\s*\n|\n\s*(?=[-*•@])|(?<=[。！？])")
_TELLING = re.compile(
    r"\d|\b(?:zero|one|two|three|ten|hundred|empty|blank|none|null|undefined|true|false|negative|unchanged|same|as is|"
    r"raises?|throws?|rejects|itself)\b|空|零|负|不变|原样|真|假|抛出",
    re.IGNORECASE,
)
SHORTEST = 6


def telling(documentation: str, comments: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the sentences of documentation, and of comments nearby, that say something of single values."""
    said = [*_SENTENCE.split(documentation), *comments]
    return tuple(" ".join(one.split()) for one in said if len(one) >= SHORTEST and _TELLING.search(one))
