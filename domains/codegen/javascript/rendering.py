"""Writes scenarios as Jest tests: arrange, act, assert; tables where they read better."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from domains.codegen.javascript.bindings import path_to
from domains.codegen.javascript.exploring import Scenario, Seen, Step
from domains.codegen.javascript.judging import Case
from domains.codegen.javascript.naming import Names
from domains.codegen.javascript.structure import DEFAULT, WHOLE, Structure, Target

TABLE = 4
"""Rows from which a table reads better than tests of their own."""
_PRIMITIVE = {"number", "string", "boolean", "bigint"}
_CONSTANT = {"null": "toBeNull()", "undefined": "toBeUndefined()", "NaN": "toBeNaN()"}
_MAKER = re.compile(r"(?:create|make|build|new)([A-Z]\w*)$")
_RESERVED = {"", "function", "class", "new", "import", "export", "default", "test", "expect", "describe", "it", "jest"}
_ERRORS = {"Error", "RangeError", "TypeError", "SyntaxError", "EvalError", "URIError"}


@dataclass(frozen=True, slots=True)
class Written:
    """A test, or a table of tests. `name` is what Jest prints, up to the row."""

    name: str
    symbol: str
    code: str
    cases: tuple[Case, ...]


class Writer:
    """Writes the tests of one module."""

    def __init__(self, structure: Structure) -> None:
        self._targets = {target.symbol: target for target in structure.targets}
        self._shown = {target.callee: target.shown for target in structure.targets if target.kind in {"call", "class"}}
        self._taken = {export.local for export in structure.exports}

    def write(self, cases: Iterable[Case], names: Names) -> list[Written]:
        """Write the tests, tables first within a symbol."""
        written: list[Written] = []
        for key, group in _groups(cases).items():
            if _is_table(key, group):
                written.append(self._table(group, names))
            else:
                written += [self._test(case, names) for case in group]
        return written

    def _table(self, group: list[Case], names: Names) -> Written:
        symbol, step = group[0].scenario.symbol, group[0].scenario.steps[-1]
        arguments = self._argument_names(self._targets.get(symbol), len(step.args))
        title = names.free(symbol, "by table")
        rows = ",\n".join(f"  [{', '.join([*case.scenario.steps[-1].args, case.seen.text])}]" for case in group)
        expected = self._free("expected", arguments)
        waits = group[0].seen.waits
        call = f"{'await ' if waits else ''}{self._call(step, arguments)}"
        line = f"expect({call}).{_matcher(group[0].seen, expected)};"
        shown = " and ".join(["%p"] * len(arguments))
        code = (
            f"test.each([\n{rows},\n])({json.dumps(f'{title}, row %#: {shown} gives %p')}, "
            f"{'async ' if waits else ''}({', '.join([*arguments, expected])}) => {{\n  {line}\n}});"
        )
        return Written(f"{symbol} {title}", symbol, code, tuple(group))

    def _test(self, case: Case, names: Names) -> Written:
        title = names.of(case.scenario, case.seen)
        target = self._targets.get(case.scenario.symbol)
        arranged, subject = self._arranged(case.scenario, target)
        lines = [*(f"// {said}" for said in (case.reason, case.note) if said), *arranged]
        last = case.scenario.steps[-1]
        args = list(last.args)
        shown = self._argument_names(None if case.scenario.made else target, len(args))
        for n, _ in case.seen.after:
            lines.append(f"const {shown[n]} = {args[n]};")
            args[n] = shown[n]
        lines += self._assertions(self._call(last, args, subject), case.seen, subject)
        lines += [f"expect({shown[n]}).toStrictEqual({text});" for n, text in case.seen.after]
        lines += [f"expect({subject}.{name}).{_equal(text)};" for name, text in case.seen.state]
        body = "\n".join(f"  {line}" for line in lines)
        waits = "async " if case.seen.waits or case.scenario.waits else ""
        code = f"test({json.dumps(title, ensure_ascii=False)}, {waits}() => {{\n{body}\n}});"
        return Written(f"{case.scenario.symbol} {title}", case.scenario.symbol, code, (case,))

    def _arranged(self, scenario: Scenario, target: Target | None) -> tuple[list[str], str]:
        """Write the steps before the last, calls of what one gave as one: `retry(2)(fn)`; name the subject."""
        lines: list[str] = []
        subject = self._subject(target)
        for n, step in enumerate(scenario.steps[:-1], 1):
            call = self._call(step, step.args, subject)
            if step.waits:
                call = f"await {call}"
            if step.kind == "new":
                lines.append(f"const {subject} = {call};")
            elif not step.binds:
                lines.append(f"{call};")
            elif n < scenario.made:
                subject = f"({call})" if step.waits else call
            else:
                subject = self._made(scenario)
                lines.append(f"const {subject} = {call};")
        return lines, subject

    def _made(self, scenario: Scenario) -> str:
        """Name what a function gave: `stack` what `createStack` did. It hides nothing that the module exports."""
        name = self._shown.get(scenario.steps[0].callee, "") if scenario.made == 1 else ""
        found = _MAKER.match(name)
        noun = found[1][0].lower() + found[1][1:] if found is not None else ""
        return self._free("made" if noun in _RESERVED else noun, [])

    def _call(self, step: Step, args: Sequence[str], subject: str = "") -> str:
        if step.kind == "get":
            return f"{subject}.{step.callee}"
        if step.kind == "method":
            place = f"[{step.callee}]" if step.callee.isdigit() else f".{step.callee}"
            return f"{subject}{place}({', '.join(args)})"
        if step.kind == "apply":
            return f"{subject}({', '.join(args)})"
        name = self._shown.get(step.callee, step.callee)
        return f"{'new ' if step.kind == 'new' else ''}{name}({', '.join(args)})"

    def _assertions(self, call: str, seen: Seen, subject: str) -> list[str]:
        given = f"await {call}" if seen.waits else call
        if seen.kind == "throws":
            thrown = _thrown(seen)
            return [f"await expect({call}).rejects.{thrown};" if seen.waits else f"expect(() => {call}).{thrown};"]
        if seen.kind == "quiet":
            return [f"expect(() => {call}).not.toThrow(ReferenceError);"]
        if seen.kind == "typed":
            return _typed(given, seen.text.split(" or "))
        if seen.kind == "bounded":
            return _bounded(given, seen.text)
        if seen.kind == "self":
            return [f"expect({given}).toBe({subject});"]
        if seen.kind == "iterator":
            return [f"expect([...{given}]).{_equal(seen.text)};"]
        if seen.kind == "object":
            return _object(given, seen, self._free("result", [subject]))
        if seen.text == "undefined" and (seen.after or seen.state):
            return [f"{given};"]
        return [f"expect({given}).{_matcher(seen, seen.text)};"]

    def _subject(self, target: Target | None) -> str:
        owner = (target.owner or target.symbol) if target is not None else "subject"
        return self._free(owner[:1].lower() + owner[1:], [])

    def _argument_names(self, target: Target | None, count: int) -> list[str]:
        known = [one.name for one in target.parameters] if target is not None else []
        listed: list[str] = []
        for n in range(count):
            name = known[n] if n < len(known) else f"argument{n + 1}"
            listed.append(self._free(name, listed))
        return listed

    def _free(self, name: str, others: Sequence[str]) -> str:
        """Tell a local name apart from what the module exports."""
        return name if name not in self._taken and name not in others else f"{name}Given"


def file(written: list[Written], structure: Structure, target: str, title: str, folder: str | None = None) -> str:
    """Write a test file: what it imports, and a block for each symbol. It lies in `folder`, else beside its target."""
    body: dict[str, list[str]] = {}
    for one in written:
        body.setdefault(one.symbol, []).append(one.code)
    blocks = [
        f"describe({json.dumps(symbol)}, () => {{\n" + "\n\n".join(tests) + "\n});" for symbol, tests in body.items()
    ]
    code = "\n\n".join(blocks)
    return f"// {title}\n\n{_imports(structure, target, code, folder)}\n\n{code}\n"


def _imports(structure: Structure, target: str, code: str, folder: str | None) -> str:
    used = [one for one in structure.exports if re.search(rf"(?<![\w$.]){re.escape(one.local)}(?![\w$])", code)]
    place = json.dumps(path_to(target, str(PurePosixPath(target).parent) if folder is None else folder))
    whole = [one.local for one in used if one.way in {WHOLE, DEFAULT}]
    between = " as " if structure.modern else ": "
    named = [
        one.name if one.local == one.name else f"{one.name}{between}{one.local}"
        for one in used
        if one.way not in {WHOLE, DEFAULT}
    ]
    if structure.modern:
        parts = [*whole[:1], *([f"{{ {', '.join(named)} }}"] if named else [])]
        return f"import {', '.join(parts)} from {place};"
    lines = [f"const {name} = require({place});" for name in whole[:1]]
    return "\n".join([*lines, *([f"const {{ {', '.join(named)} }} = require({place});"] if named else [])])


def beside(target: str, kind: str = "") -> str:
    """Return where the tests of a module belong: beside it, `cart.test.js`."""
    path = PurePosixPath(target)
    return str(path.with_name(f"{path.stem}{kind}.test{path.suffix}"))


def alone(cases: Iterable[Case]) -> list[Case]:
    """Return the cases that become tests of their own, rather than rows of a table."""
    return [case for key, group in _groups(cases).items() if not _is_table(key, group) for case in group]


def _groups(cases: Iterable[Case]) -> dict[object, list[Case]]:
    groups: dict[object, list[Case]] = {}
    for case in cases:
        groups.setdefault(_table_key(case), []).append(case)
    return groups


def _is_table(key: object, group: list[Case]) -> bool:
    return isinstance(key, tuple) and key[0] == "table" and len(group) >= TABLE


def _table_key(case: Case) -> object:
    seen, step = case.seen, case.scenario.steps[-1]
    plain = len(case.scenario.steps) == 1 and step.kind == "call" and seen.kind == "value" and bool(step.args)
    if case.note or case.reason:  # a row has no room for them
        return case.scenario, case.label
    if not plain or seen.after or seen.state or any("=>" in text for text in step.args) or len(seen.text) > 70:
        return case.scenario, case.label
    return ("table", step.callee, len(step.args), case.label, seen.waits, _matcher(seen, ""))


def _matcher(seen: Seen, text: str) -> str:
    if seen.kind == "value" and seen.type == "number" and re.fullmatch(r"-?\d+\.\d{8,}", seen.text):
        return f"toBeCloseTo({text}, 8)"
    return f"toBe({text})" if seen.type in _PRIMITIVE | {"null", "undefined"} else f"toStrictEqual({text})"


def _equal(text: str) -> str:
    if text in _CONSTANT:
        return _CONSTANT[text]
    if re.fullmatch(r"-?\d+\.\d{8,}", text):
        return f"toBeCloseTo({text}, 8)"
    plain = text[:1] in '"-0123456789' or text in {"true", "false", "Infinity"}
    return f"toBe({text})" if plain else f"toStrictEqual({text})"


def _thrown(seen: Seen) -> str:
    """Expect the message where the module wrote it, else the class of the error."""
    known = seen.text if seen.text in _ERRORS else "Error"
    if seen.own and seen.message and len(seen.message) < 160 and "\n" not in seen.message:
        return f"toThrow(new {known}({json.dumps(seen.message, ensure_ascii=False)}))"
    return f"toThrow({known})" if seen.text in _ERRORS else "toThrow()"


def _typed(call: str, kinds: list[str]) -> list[str]:
    if kinds == ["array"]:
        return [f"expect(Array.isArray({call})).toBe(true);"]
    if len(kinds) == 1 and kinds[0] != "null":
        return [f'expect(typeof {call}).toBe("{kinds[0]}");']
    return [
        f"const result = {call};",
        'const kind = result === null ? "null" : Array.isArray(result) ? "array" : typeof result;',
        f"expect({json.dumps(kinds)}).toContain(kind);",
    ]


def _bounded(call: str, text: str) -> list[str]:
    low, high = text.split("..")
    lines = [f"const result = {call};"]
    lines += [f"expect(result).toBeGreaterThanOrEqual({low});"] if low else []
    return lines + ([f"expect(result).toBeLessThanOrEqual({high});"] if high else [])


def _object(call: str, seen: Seen, result: str) -> list[str]:
    if seen.text in {"Function", "symbol"}:
        return [f'expect(typeof {call}).toBe("{seen.text.lower()}");']
    if not seen.parts:
        return [f"expect({call}.constructor.name).toBe({json.dumps(seen.text)});"]
    parts = [f"expect({result}.{name}).{_equal(text)};" for name, text in seen.parts]
    return [f"const {result} = {call};", f"expect({result}.constructor.name).toBe({json.dumps(seen.text)});", *parts]


def sentence(case: Case, shown: Mapping[str, str]) -> str:
    """Say a scenario in a line: the calls, and what came of the last."""
    return f"{calls(case, shown)} -> {_came(case.seen)}"[:300]


def calls(case: Case, shown: Mapping[str, str]) -> str:
    """Write the calls of a scenario."""
    listed: list[str] = []
    for n, step in enumerate(case.scenario.steps, 1):
        name = shown.get(step.callee, step.callee) if step.kind in {"call", "new"} else step.callee
        call = name if step.kind == "get" else f"{'new ' if step.kind == 'new' else ''}{name}({', '.join(step.args)})"
        if n > case.scenario.made > 0:
            call = f"made{_within(step, call)}"
        elif step.binds and listed and n > 1 and case.scenario.steps[n - 2].binds:
            call = f"{listed.pop()}{_within(step, call)}"
        listed.append(f"made = {call}" if n == case.scenario.made else call)
    return "; ".join(listed)


def _within(step: Step, call: str) -> str:
    """Write a call of what stands before it."""
    if step.callee.isdigit():
        return f"[{step.callee}]{call.removeprefix(step.callee)}"
    return call if step.kind == "apply" else f".{call}"


def _came(seen: Seen) -> str:
    return f"throws {seen.text}: {seen.message}".rstrip(": ") if seen.kind == "throws" else seen.text
