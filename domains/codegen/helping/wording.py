"""Whether a name or a reason that a model gave fits its test: of known words, and true as far as words can be held.

Refused is what cannot be held: a word that neither the code, its documentation nor the values say, a number that does
not occur, an outcome that is another one. The deterministic name then stays.
"""

from __future__ import annotations

import builtins
import itertools
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from domains.codegen.engine.naming import snake, spelled
from domains.codegen.helping.language import UNKNOWN, About, Style

LONGEST_NAME = 90
LONGEST_REASON = 100
_REASON = re.compile(r"[A-Z][A-Za-z0-9 ,.'()%+\-]*")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_GLUE = _set(
    "test tests a an the of with for and or when if then to from in into on at by as is are be it its this that gives "
    "give returns return returned result results value values input output given argument arguments call calls called "
    "after before yields yield makes make text string number numbers list tuple dict set float integer int item items "
    "array element elements object case should which has have one sign boundary edge check checks ensure ensures "
    "verify verifies correct correctly works work function method handles handle than equal equals only guards guard"
)
_RAISING = _set(
    "raises raise raised rejects reject rejected refuses refuse refused fails fail failed error errors exception "
    "invalid forbids forbidden throws throw"
)
_NEVER = _set("not no never always every all any without cannot doesnt nothing")
_TRUTH = {"true": "True", "false": "False", "none": "None", "null": "None", "undefined": "undefined"}
_CLAIMING = _set("is returns return gives give equals yields as be to")
_SAME = _set("unchanged keeps keep kept same preserves preserve preserved identity itself")
_ELSEWHERE = _set(
    "range_error eval_error reference_error illegal_argument_exception illegal_state_exception null_pointer_exception "
    "number_format_exception arithmetic_exception io_exception no_such_element_exception class_cast_exception "
    "unsupported_operation_exception index_out_of_bounds_exception"
)
"""Errors of other languages than Python."""


def _kind(error: str) -> str:
    """Return the last two words of an error's name: what sentences call it by."""
    return "_".join(snake(error).split("_")[-2:])


_ERRORS = {_kind(name) for name in (*dir(builtins), *_ELSEWHERE) if name.lower().endswith(("error", "exception"))}
_NUMBER_WORDS = {spelled(n): n for n in range(13)} | {"hundred": 100, "thousand": 1000, "zeros": 0, "double": 2}


@dataclass(frozen=True, slots=True)
class Facts:
    """What a test is about: its words, the values given, what came of it."""

    words: frozenset[str]
    given: tuple[object, ...]
    outcome: object
    raises: str
    changed: bool

    @property
    def numbers(self) -> set[float]:
        """All numbers that may be named: values, and how many there are of something."""
        return {number for value in (*self.given, self.outcome) for number in _numbers(value)}


def facts(about: About, source: str, value: Callable[[str], object]) -> Facts:
    """Gather what is known of a case; `source` is the code of what is tested, with its documentation.

    `value` reads a literal of its language.
    """
    words = words_of(source, *about.said, about.raises, about.symbol)
    outcome = value(about.result) if about.result else UNKNOWN
    return Facts(words, tuple(value(text) for text in about.given), outcome, about.raises, about.changed)


def words_of(*texts: str) -> frozenset[str]:
    """Return the words of texts, identifiers taken apart, stems beside them."""
    found = {word for text in texts for name in re.findall(r"[^\W\d]\w*", text) for word in snake(name).split("_")}
    return frozenset(found | {_stem(word) for word in found})


def fault_of_name(name: str, style: Style, about: About, known: Facts) -> str:
    """Say why a name does not fit; empty where it does."""
    if len(name) > LONGEST_NAME or not re.fullmatch(style.pattern, name):
        return "it is no name of a test"
    words = style.words(name)
    symbol = words_of(about.symbol)
    if style.whole and not {_stem(word) for word in words} & {*symbol}:
        return "it does not say what is tested"
    if known.raises and not {*words} & _RAISING:
        return "it hides that there is an error"
    return _fault(words, known)


def fault_of_reason(reason: str, known: Facts) -> str:
    """Say why a reason does not fit; empty where it does."""
    if not reason or len(reason) > LONGEST_REASON or not _REASON.fullmatch(reason):
        return "it is no short sentence"
    words = [part for word in re.findall(r"-?\d+(?:\.\d+)?|[A-Za-z_]\w*", reason) for part in _parts(word)]
    return _fault(words, known) if len(words) > 2 else "it says nothing"


def _parts(word: str) -> list[str]:
    return [word] if word[0] in "-0123456789" else snake(word).split("_")


def _fault(words: list[str], known: Facts) -> str:
    for rule in (_raising, _truth, _numbered, _stated, _moved):
        fault = rule(words, known)
        if fault:
            return fault
    stranger = next((word for word in words if not _is_known(word, known)), "")
    return f"nothing speaks of “{stranger}”" if stranger else ""


def _raising(words: list[str], known: Facts) -> str:
    if not known.raises and {*words} & _RAISING:
        return "it speaks of an error and there is none"
    kinds = {f"{before}_{word}" for before, word in itertools.pairwise(words) if word in {"error", "exception"}}
    wrong = (kinds & _ERRORS) - {_kind(known.raises)}
    return f"the error is {known.raises}" if wrong else ""


def _truth(words: list[str], known: Facts) -> str:
    for before, word in zip(["", *words], words, strict=False):
        value = _TRUTH.get(word)
        if value is None:
            continue
        claimed = before in _CLAIMING
        if repr(known.outcome) != value and (claimed or value not in {repr(given) for given in known.given}):
            return f"{value} does not come of it"
    return ""


def _numbered(words: list[str], known: Facts) -> str:
    for before, word in zip(["", *words], words, strict=False):
        number = _NUMBER_WORDS.get(word) if not _is_number(word) else float(word)
        if number is None or word == "double":
            continue
        value = -number if before == "minus" else number
        if value not in known.numbers and value not in {abs(n) for n in known.numbers}:
            return f"no {word} occurs"
        outcome = known.outcome
        if before in {"returns", "gives", "equals"} and isinstance(outcome, int | float) and abs(outcome) != abs(value):
            return f"{word} does not come of it"
    return ""


_STATES: dict[str, Callable[[object], bool]] = {
    "empty": lambda value: isinstance(value, str | bytes | list | tuple | set | dict | frozenset) and not value,
    "blank": lambda value: isinstance(value, str) and not value.strip(),
    "negative": lambda value: any(number < 0 for number in _numbers(value)),
    "minus": lambda value: any(number < 0 for number in _numbers(value)),
    "positive": lambda value: any(number > 0 for number in _numbers(value)),
    "fraction": lambda value: any(number != int(number) for number in _numbers(value) if abs(number) < 1e300),
}


def _stated(words: list[str], known: Facts) -> str:
    values = (*known.given, known.outcome)
    for word in words:
        holds = _STATES.get(word)
        if holds is not None and not any(holds(value) for value in values):
            return f"nothing is {word}"
    return ""


def _moved(words: list[str], known: Facts) -> str:
    """Hold words that compare what came with what was given."""
    outcome, said = known.outcome, {*words}
    if said & _NEVER:
        return "it denies or says it of all"
    if said & _SAME and not (any(_alike(outcome, value) for value in known.given) and not known.changed):
        return "what was given does not come back"
    before = [value for value in known.given if isinstance(value, int | float) and not isinstance(value, bool)]
    plain = isinstance(outcome, int | float) and not isinstance(outcome, bool)
    for stems, holds in _MOVES:
        if any(word.startswith(stems) for word in said) and not (
            plain and any(holds(float(outcome), float(value)) for value in before)  # type: ignore[arg-type]
        ):
            return "the result does not move so"
    return ""


_MOVES: tuple[tuple[tuple[str, ...], Callable[[float, float], bool]], ...] = (
    (("increas", "raises_the", "grow", "larger", "greater", "bigger", "higher"), lambda after, before: after > before),
    (("decreas", "reduc", "lower", "smaller", "less", "shrink"), lambda after, before: after < before),
    (("double",), lambda after, before: after == 2 * before),
    (("halve", "half"), lambda after, before: 2 * after == before),
)


def _is_known(word: str, known: Facts) -> bool:
    if word in _GLUE or word in _RAISING or word in _SAME or word in _STATES or word in _TRUTH:
        return True
    if any(word.startswith(stems) for stems, _ in _MOVES):  # held by `_moved`
        return True
    return word in _NUMBER_WORDS or _is_number(word) or _stem(word) in known.words or word in known.words


def _is_number(word: str) -> bool:
    return re.fullmatch(r"-?\d+(?:\.\d+)?", word) is not None


def _stem(word: str) -> str:
    for ending in ("ies", "ing", "ed", "es", "s", "ly"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)].rstrip("e")
    return word.rstrip("e") if len(word) > 3 else word


def _alike(one: object, other: object) -> bool:
    return (one is not UNKNOWN and type(one) is type(other) and one == other) or _both_numbers(one, other)


def _both_numbers(one: object, other: object) -> bool:
    return isinstance(one, int | float) and isinstance(other, int | float) and one == other and repr(one) != "True"


def _numbers(value: object) -> Iterable[float]:
    if isinstance(value, bool):
        return
    if isinstance(value, int | float):
        if abs(value) < 1e300:
            yield float(value)
    elif isinstance(value, str | bytes):
        yield float(len(value))
        if isinstance(value, str):
            yield from (float(found) for found in re.findall(r"\d{1,12}(?:\.\d{1,9})?", value))
    elif isinstance(value, list | tuple | set | frozenset | dict):
        yield float(len(value))
        for item in value:
            yield from _numbers(item)
        if isinstance(value, dict):
            for item in value.values():
                yield from _numbers(item)
