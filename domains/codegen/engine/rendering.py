"""Writes scenarios as pytest functions: arrange, act, assert; tables where they read better."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from domains.codegen.engine.inside.qualifying import LIBRARY
from domains.codegen.engine.inside.scenarios import SUBJECT, TAKEN, Scenario, Seen, Step
from domains.codegen.engine.inside.world import World
from domains.codegen.engine.naming import Names, snake
from domains.codegen.engine.operators import operated
from domains.codegen.engine.types import Label

_PLAIN = World()
NOTHING_BORROWED: Mapping[str, str] = {}
_MORE = ("asyncio", "itertools", "string")
TABLE = 4
"""Rows from which a table reads better than functions."""
_ITEMS = 50
_EXACT_DIGITS = 8
_DIGITS = 24
"""Digits of a whole number from which powers of ten are written as such."""
_FIRST = r"\1"
_SINGLE = ("None", "True", "False", "NotImplemented")
_PASSING = (" at 0x", "\n", "/", "<lambda>", "<locals>")
_OTHERS = ("expected", "pytest", "request", "monkeypatch", "tmp_path")
"""Names with a meaning of their own in a test."""
_TOLD = 3
"""Arguments that a table's name tells."""


@dataclass(frozen=True, slots=True)
class Case:
    """A scenario that becomes a test, and where its expectation comes from; `reason` is what it is there for."""

    scenario: Scenario
    seen: tuple[Seen, ...]
    label: Label
    note: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """A test function: `cases` holds more than one for a table."""

    name: str
    code: str
    cases: tuple[Case, ...]


def alone(cases: Iterable[Case]) -> list[Case]:
    """Return the cases that become functions of their own, rather than rows of a table."""
    return [case for key, group in _groups(cases).items() if not _is_table(key, group) for case in group]


def write(cases: Iterable[Case], names: Names) -> list[Written]:
    """Write the functions, tables first within a symbol."""
    written: list[Written] = []
    for key, group in _groups(cases).items():
        if _is_table(key, group):
            written.append(_table(group, names))
        else:
            written += [_function(case, names) for case in group]
    return written


def file(
    written: list[Written],
    module: str,
    own: frozenset[str],
    title: str,
    world: World = _PLAIN,
    borrowed: Mapping[str, str] = NOTHING_BORROWED,
) -> str:
    """Write a test file: the imports that its functions need, what must be the same each time, then the functions.

    `borrowed` are imports, by their names, that the module itself makes from the standard library.
    """
    body = "\n\n\n".join(function.code for function in written)
    used = _used(body)
    raised = {found.rpartition(".")[0] for found in re.findall(r"pytest\.raises\(([\w.]+\.\w+)", body)}
    fixed = [*world.classes, *_fixture(world)]
    dated = {"datetime"} if any("datetime." in text for text in world.classes) else set()
    roots = {name.split(".")[0] for name in raised}
    own -= {*borrowed}
    library = sorted(((used & {*LIBRARY, *_MORE}) - own - {*borrowed}) | raised | {*world.imports} | dated)
    imports = [*(f"import {name}" for name in library), *(["import pytest"] if "pytest" in used or fixed else [])]
    imports += [text for name, text in borrowed.items() if name in used - roots and text not in imports]
    if "given" in used - own:
        imports += ["from hypothesis import given, settings", "from hypothesis import strategies as st"]
    names = ", ".join(sorted((used & own) - {*library}))
    subject = f"from {module} import {names}" if names else ""
    return "\n".join(
        [f'"""{title}"""', "", *imports, "", subject, "", "", *(f"{text}\n\n" for text in fixed), body, ""]
    )


def _used(body: str) -> set[str]:
    """Return the names that functions take from outside: what an argument or a variable is called, is none."""
    used: set[str] = set()
    for function in ast.parse(body).body:
        names = [node for node in ast.walk(function) if isinstance(node, ast.Name)]
        bound = {node.id for node in names if isinstance(node.ctx, ast.Store)}
        bound |= {node.arg for node in ast.walk(function) if isinstance(node, ast.arg)}
        marks = [node for mark in getattr(function, "decorator_list", []) for node in ast.walk(mark)]
        used |= {node.id for node in names} - bound | {node.id for node in marks if isinstance(node, ast.Name)}
    return used


def _fixture(world: World) -> list[str]:
    if not world.lines:
        return []
    needs = [name for name in ("monkeypatch", "tmp_path") if any(name in line for line in world.lines)]
    body = "\n".join(f"    {line}" for line in world.lines)
    return [f"@pytest.fixture(autouse=True)\ndef same_each_time({', '.join(needs)}):\n{body}\n"]


def _groups(cases: Iterable[Case]) -> dict[tuple[object, ...], list[Case]]:
    groups: dict[tuple[object, ...], list[Case]] = {}
    for case in cases:
        groups.setdefault(_table_key(case), []).append(case)
    return groups


def _is_table(key: tuple[object, ...], group: list[Case]) -> bool:
    return key[0] == "table" and len(group) >= TABLE


def _table_key(case: Case) -> tuple[object, ...]:
    *before, step = case.scenario.steps
    last = case.seen[-1]
    plain = last.kind == "value" and not last.after and not last.awaited and bool(step.arguments)
    apart = any("lambda" in text or TAKEN.search(text) for _, text in step.arguments)
    if not plain or apart or len(last.text) > 70 or (before and not _is_method(case)):
        return ("alone", case.scenario, case.label)
    made = before[0].source() if before else ""
    return ("table", made, step.callee, tuple(name for name, _ in step.arguments), case.label, _compared(last))


def _is_method(case: Case) -> bool:
    """Whether it is a call of a method, by its name, of an object that is made in one step."""
    first, *others = case.scenario.steps
    made = first.binds and not case.seen[0].after and not case.seen[0].awaited
    plain = "lambda" not in first.source() and not TAKEN.search(first.source())
    return (
        len(others) == 1 and made and plain and re.fullmatch(rf"{SUBJECT}\.[a-zA-Z]\w*", others[0].callee) is not None
    )


def _table(group: list[Case], names: Names) -> Written:
    group = _in_order(group)
    *before, step = group[0].scenario.steps
    subject = _subject(before[0], ()) if before else ""
    arguments = _columns(group, names, {subject, *re.findall(r"\w+", before[0].source() if before else "")})
    rows = [
        f"        ({', '.join([*(text for _, text in case.scenario.steps[-1].arguments), case.seen[-1].text])}),"
        for case in group
    ]
    passed = [f"{key}={name}" if key else name for (key, _), name in zip(step.arguments, arguments, strict=True)]
    call = _named(f"{step.callee}({', '.join(passed)})", subject)
    told = "_and_".join(snake(argument) for argument in arguments) if len(arguments) <= _TOLD else "its_arguments"
    name = names.free(f"test_{snake(group[0].scenario.symbol)}_by_{told}")
    expected = "pytest.approx(expected)" if _compared(group[0].seen[-1]) == "approx" else "expected"
    listed = ", ".join(f'"{argument}"' for argument in [*arguments, "expected"])
    code = [
        "@pytest.mark.parametrize(",
        f"    ({listed}),",
        "    [",
        *rows,
        "    ],",
        ")",
        f"def {name}({', '.join([*arguments, 'expected'])}):",
        *([f"    {subject} = {before[0].source()}"] if before else []),
        f"    assert {call} == {expected}",
    ]
    return Written(name, "\n".join(code), tuple(group))


def _columns(group: list[Case], names: Names, others: set[str]) -> list[str]:
    """Return what the arguments of a table are called: as the function calls them, where that hides no other name."""
    scenario = group[0].scenario
    known, given = names.parameters(scenario), scenario.steps[-1].arguments
    columns = [name or (known[n] if n < len(known) else "") for n, (name, _) in enumerate(given)]
    hidden = {scenario.steps[-1].callee.split(".")[0], *others, *_OTHERS}
    if all(column.isidentifier() and column not in hidden for column in columns) and len({*columns}) == len(columns):
        return columns
    if len(given) == 1 and not given[0][0]:
        return ["given"]
    return [name or f"argument_{_letter(n)}" for n, (name, _) in enumerate(given)]


def _in_order(group: list[Case]) -> list[Case]:
    """Sort the rows of a table by their arguments, where these have an order."""
    try:
        return sorted(group, key=lambda case: [ast.literal_eval(text) for _, text in case.scenario.steps[-1].arguments])
    except (ValueError, SyntaxError, TypeError):
        return group


def _letter(n: int) -> str:
    return ("a", "b", "c", "d", "e", "f", "g", "h")[n] if n < 8 else f"number_{n}"


def _function(case: Case, names: Names) -> Written:
    name = names.of(case.scenario, case.seen)
    whole = "; ".join(step.source() for step in case.scenario.steps)
    taken = list(dict.fromkeys(TAKEN.findall(whole)))
    subject = _subject(case.scenario.steps[0], taken)
    hidden = {*re.findall(r"\w+", whole), *taken, subject, *_OTHERS}
    known = [name if name not in hidden else "" for name in names.parameters(case.scenario)]
    arrange: list[str] = []
    lines: list[str] = []
    joined = _joined(case)
    for n, (step, seen) in enumerate(joined):
        last = n == len(joined) - 1
        own = known if last and step.callee != SUBJECT else ()
        lines += _step(step, seen, subject, own, last=last, arrange=arrange)
    if case.note:
        arrange.insert(0, f"# {case.note}")
    if case.reason:
        arrange.insert(0, f'"""{case.reason}"""')
    body = "\n".join(f"    {line}" for line in [*arrange, *lines])
    return Written(name, f"def {name}({', '.join(taken)}):\n{TAKEN.sub(_FIRST, body)}", (case,))


def _joined(case: Case) -> list[tuple[Step, Seen]]:
    """Return the steps with what was seen, calls of what the one before made as one: `retry(2)(function)`."""
    joined: list[tuple[Step, Seen]] = []
    pairs = list(zip(case.scenario.steps, case.seen, strict=False))
    for n, (step, seen) in enumerate(pairs):
        before = joined[-1] if joined else None
        plain = before is not None and n < len(pairs) - 1 and not TAKEN.search(before[0].source())
        if before is not None and plain and before[0].binds and step.binds and not before[1].after:
            callee = before[0].source() + step.callee.removeprefix(SUBJECT)
            joined[-1] = (Step(callee, step.arguments, binds=True, reads=step.reads), seen)
        else:
            joined.append((step, seen))
    return joined


def _subject(first: Step, taken: Sequence[str]) -> str:
    """Return what the object under test is called: a fixture's own name, else its class's, if no fixture has that.

    What a function made is called after the function.
    """
    given = TAKEN.fullmatch(first.source())
    name = snake(first.callee.split(".")[0]) or SUBJECT
    if given:
        return given[1]
    if name == first.callee.split(".")[0]:  # as a variable it would hide the function that is called
        name = f"made_by_{name}"
    return SUBJECT if name in taken else name


def _step(step: Step, seen: Seen, subject: str, known: Sequence[str], *, last: bool, arrange: list[str]) -> list[str]:
    held = {n: (_held(n, known), text) for n, text in seen.after}
    values = []
    for n, (key, text) in enumerate(step.arguments):
        if n in held:
            arrange.append(f"{held[n][0]} = {text}")
        values.append((key, held[n][0] if n in held else text))
    call = operated(_named(Step(step.callee, tuple(values), step.binds, step.reads).source(), subject), seen)
    if seen.awaited:
        call = f"asyncio.run({call})"
    if seen.kind == "raises":
        call = f"list({call})" if seen.type == "iterator" else call
        return [f"with pytest.raises({_exception(seen.text)}{_matching(seen.message)}):", f"    {call}"]
    lines = _given(step, seen, call, subject, last=last)
    return [*lines, *(f"assert {name} == {text}" for name, text in held.values())]


def _given(step: Step, seen: Seen, call: str, subject: str, *, last: bool) -> list[str]:
    if step.binds:
        return [] if TAKEN.fullmatch(call) else [f"{subject} = {call}"]
    if seen.kind == "object":
        own = step.callee.split(".")[0] == seen.type  # its class is at hand: one of its methods was called by its name
        kind = f"isinstance({{}}, {seen.type})" if own else f'type({{}}).__name__ == "{seen.type}"'
        if not seen.parts:
            return [f"assert {kind.format(call)}"] if last else [call]
        parts = [f"assert result.{name} {'is' if text in _SINGLE else '=='} {_read(text)}" for name, text in seen.parts]
        return [f"result = {call}", f"assert {kind.format('result')}", *parts] if last else [call]
    if seen.kind == "iterator":
        whole = f"list({call})" if seen.text.count(",") < _ITEMS - 1 else f"list(itertools.islice({call}, {_ITEMS}))"
        return [f"assert {whole} == {seen.text}"]
    if seen.kind == "counted":
        drawn = f"itertools.islice({call}, {_ITEMS})" if seen.text == str(_ITEMS) else call
        return [f"assert len(list({drawn})) == {seen.text}"]
    if seen.kind == "typed":
        return [f"assert type({call}).__name__ in {set(seen.text.split(' or '))!r}"]
    if seen.kind == "bounded":
        low, high = seen.text.split("..")
        return [f"assert {low + ' <= ' if low else ''}{call}{' <= ' + high if high else ''}"]
    if seen.text == "None" and (not last or seen.after):
        return [call]
    return [f"assert {_equality(call, seen)}"]


def _equality(call: str, seen: Seen) -> str:
    if seen.text in _SINGLE:
        return f"{call} is {seen.text}"
    return f"{call} == pytest.approx({seen.text})" if _compared(seen) == "approx" else f"{call} == {_read(seen.text)}"


def _read(text: str) -> str:
    """Write a whole number of many digits, nearly all of them noughts, so that somebody can read it."""
    digits = text.removeprefix("-")
    first = digits.rstrip("0")
    if not digits.isdecimal() or len(digits) <= _DIGITS or len(first) > _EXACT_DIGITS:
        return text
    power = f"10**{len(digits) - len(first)}"
    sign = "-" if text.startswith("-") else ""
    return f"{sign}{power}" if first == "1" else f"{sign}{first} * {power}"


def _compared(seen: Seen) -> str:
    """Say how a value is compared: floats with many digits nearly, everything else exactly."""
    return "approx" if seen.type == "float" and len(seen.text) > _EXACT_DIGITS and "(" not in seen.text else "exact"


def _held(n: int, known: Sequence[str]) -> str:
    return (known[n] if n < len(known) else "") or f"argument_{_letter(n)}"


def _named(text: str, subject: str) -> str:
    return re.sub(rf"^{SUBJECT}\b", subject, text)


def _exception(name: str) -> str:
    return name.removeprefix("builtins.")


def _matching(message: str) -> str:
    """Expect the message, unless it holds what differs from run to run, or what a function is called where it is."""
    if not message or len(message) >= 120 or any(part in message for part in _PASSING):
        return ""
    return f", match={'^' + re.escape(message).replace(chr(92) + ' ', ' ') + '$'!r}"


def shown(scenario: Scenario, steps: int | None = None) -> str:
    """Write the calls of a scenario, fixtures under their names."""
    return "; ".join(TAKEN.sub(r"\1", step.source()) for step in scenario.steps[:steps])


def sentence(case: Case) -> str:
    """Say a scenario in a line: the calls, and what came of the last."""
    calls = shown(case.scenario, len(case.seen))
    last = case.seen[-1]
    came = f"raises {last.text}: {last.message}" if last.kind == "raises" else last.text
    return f"{calls} -> {came}"[:300]
