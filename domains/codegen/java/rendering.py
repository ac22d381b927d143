"""Writes what was seen as JUnit 5 tests."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from domains.codegen.engine.types import Label
from domains.codegen.java.layout import laid_out
from domains.codegen.java.running import Row, Seen
from domains.codegen.java.types import RESERVED, Imported, known

_LONGEST = 70


@dataclass(frozen=True, slots=True)
class Case:
    """A row that becomes a test, and where its expectation comes from; `reason` is what it is there for.

    `observed` is what the code did where the row says what it should have done.
    """

    row: Row
    label: Label
    note: str = ""
    reason: str = ""
    observed: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """A test method; `imports` are full names of types that it names beside those that values are made of."""

    name: str
    code: str
    case: Case
    imports: tuple[str, ...] = ()

    @property
    def own(self) -> str:
        """The class of the file under test that it names."""
        return self.case.row.owner_name.partition(".")[0]


class Names:
    """Gives each test method a name of its own; `taken` are names that methods have."""

    def __init__(self, given: Mapping[Hashable, str] | None = None, taken: Iterable[str] = ()) -> None:
        self._taken: set[str] = set(taken)
        self._given = given or {}

    def of(self, row: Row) -> str:
        """Return the name that somebody gave it, or `method` `Of` what was given and `Is` what came of it.

        None is given twice.
        """
        if row.key in self._given:
            return self._free(self._given[row.key])
        given = "And".join(_word(text) for text in row.args[:3])
        wanted = row.name[:1].lower() + row.name[1:] + (f"Of{given}" if given else "") + _outcome(row.seen)
        return self._free(wanted)

    def _free(self, wanted: str) -> str:
        base = wanted[:_LONGEST]
        for n in range(1, 1000):
            name = base if n == 1 else f"{base}Again" if n == 2 else f"{base}Variant{n}"
            if name not in self._taken:
                self._taken.add(name)
                return name
        raise ValueError(f"no name is left for {base}")


def _word(text: str) -> str:
    if "->" in text:
        return "AFunction"
    if text == '""':
        return "EmptyText"
    if re.fullmatch(r"-?\d[\w.]*", text):
        return re.sub(r"\.0$", "", text.rstrip("LfF")).replace("-", "Minus").replace(".", "Point")
    if re.match(r"new [\w.]+(<>)?(\[\])* ?[({]\s*[)}]$", text):
        return "EmptyList"
    words = re.findall(r"[A-Za-z0-9]+", re.sub(r"^new [\w.<>\[\]]+", "", text).replace("Arrays.asList", ""))
    joined = "".join(word[:1].upper() + word[1:] for word in words)
    return joined[:20] or "Signs"


def _outcome(seen: Seen) -> str:
    if seen.kind == "throws":
        return "Throws" + seen.text.rpartition(".")[2]
    if seen.kind == "void":
        return "ChangesItsArgument" if seen.after else "ChangesTheObject" if seen.state else "Returns"
    if seen.kind == "self":
        return "GivesItself"
    if seen.kind == "object":
        return f"Gives{'An' if seen.text[:1] in 'AEIOU' else 'A'}{seen.text}"
    return "Is" + _word(seen.text.strip('"') or '""')


def write(cases: list[Case], names: Names) -> list[Written]:
    """Write the test methods, those of one method together."""
    places: dict[str, int] = {}
    cases = sorted(cases, key=lambda case: places.setdefault(case.row.symbol, len(places)))
    imported = Imported(case.row.owner_name.partition(".")[0] for case in cases)
    return [_method(case, names.of(case.row), imported) for case in cases]


def _method(case: Case, name: str, imported: Imported) -> Written:
    row, seen = case.row, case.row.seen
    imports: list[str] = []

    def plain(full: str) -> str:
        said, wanted = imported.name(full, row.package)
        imports.extend([wanted] if wanted else [])
        return said

    lines = [line for said in (case.reason, case.note) if said for line in _comment(said)]
    subject = _subject(row)
    if row.subject and not row.constant:
        lines.append(f"{row.declared or row.owner_name} {subject} = {row.subject};")
    lines += [f"{subject}.{call.name}({', '.join(call.args)});" for call in row.before]
    args = list(row.args)
    for n, _ in seen.after:
        lines.append(f"{_variable(row, n)} {row.parameters[n]} = {args[n]};")
        args[n] = row.parameters[n]
    place = row.owner_name if row.static else subject
    call = f"new {row.owner_name}({', '.join(args)})" if row.constructs else f"{place}.{row.name}({', '.join(args)})"
    if seen.kind == "throws":
        seen = seen.model_copy(update={"text": plain(seen.text)})
    lines += _assertions(call, seen, subject)
    lines += [_equal(text, row.parameters[n]) for n, text in seen.after]
    if seen.kind != "object":
        lines += [_equal(text, f"{subject}.{part}") for part, text in seen.state]
    body = "\n".join(f"  {line}" for line in lines)
    checked = row.arranging if _blocked(seen) else row.calling
    throws = f" throws {plain(checked)}" if checked else ""
    return Written(name, f"@Test\nvoid {name}(){throws} {{\n{body}\n}}", case, tuple(dict.fromkeys(imports)))


def _subject(row: Row) -> str:
    """Return how the object is called in the test: by a name of its own, or the constant that it is."""
    if row.constant:
        return row.subject
    name = row.owner_name.rpartition(".")[2]
    return _free(name[:1].lower() + name[1:], row.parameters)


def _variable(row: Row, n: int) -> str:
    """Return the type that an argument is declared with: said where its value does not say it."""
    said = row.types[n] if n < len(row.types) else ""
    return said if "<" in said else "var"


def _blocked(seen: Seen) -> bool:
    """Whether the call stands in a block of an assertion, which may throw what it likes."""
    return seen.kind == "throws" or (seen.kind == "void" and not seen.after and not seen.state)


def _comment(said: str) -> list[str]:
    """Write a comment within the columns; a backslash in one could begin a sign that ends it."""
    return textwrap.wrap(said.replace("\\", "/"), 90, initial_indent="// ", subsequent_indent="// ")


def observed(seen: Seen) -> str:
    """Say what was seen."""
    return f"throws {seen.text}: {seen.message}".rstrip(": ") if seen.kind == "throws" else seen.text


def _assertions(call: str, seen: Seen, subject: str) -> list[str]:
    if seen.kind == "throws":
        if not seen.message:
            return [f"assertThrows({seen.text}.class, () -> {call});"]
        return [
            f"var thrown = assertThrows({seen.text}.class, () -> {call});",
            f"assertEquals({json.dumps(seen.message)}, thrown.getMessage());",
        ]
    if seen.kind == "void":
        return [f"{call};"] if seen.after or seen.state else [f"assertDoesNotThrow(() -> {call});"]
    if seen.kind == "self":
        return [f"assertSame({subject}, {call});"]
    if seen.kind == "shown":
        return [f"assertEquals({seen.text}, {call}.toString());"]
    if seen.kind == "object":
        parts = [_equal(text, f"result.{name}") for name, text in seen.state]
        if parts and not seen.open_:  # the compiler knows its class
            return [f"var result = {call};", *parts]
        return [f"var result = {call};", f'assertEquals("{seen.text}", result.getClass().getSimpleName());', *parts]
    return [_equal(seen.text, call, open_=seen.open_)]


def _equal(text: str, given: str, *, open_: bool = False) -> str:
    """Write what a value is; one of an `open_` type is an object to the compiler, and no truth or number."""
    if text in {"true", "false"} and not open_:
        return f"assert{text.title()}({given});"
    if text == "null":
        return f"assertNull({given});"
    if re.match(r"new [\w.]+(\[\])+ ", text):
        return f"assertArrayEquals({text}, {given});"
    if re.fullmatch(r"-?\d+\.\d+(E-?\d+)?", text) and not open_:
        return f"assertEquals({text}, {given}, 1e-9);"
    return f"assertEquals({text}, {given});"


def _free(name: str, others: tuple[str, ...]) -> str:
    return f"{name}Made" if name in others or name in {"result", "thrown", *RESERVED} else name


def file(written: list[Written], package: str, target: str, kind: str, title: str) -> str:
    """Write a test class with the imports that it needs, as google-java-format would have it."""
    body = "\n\n".join(f"  {one.code}".replace("\n", "\n  ") for one in written)
    used = {*known(body, {one.own for one in written}).values(), *(name for one in written for name in one.imports)}
    asserts = sorted(set(re.findall(r"\bassert\w+(?=\()", body)))
    head = [f"package {package};\n"] if package else []
    imports = [f"import static org.junit.jupiter.api.Assertions.{name};" for name in asserts]
    imports += ["", *(f"import {name};" for name in sorted({*used, "org.junit.jupiter.api.Test"})), ""]
    name = PurePosixPath(beside(target, kind)).stem
    return laid_out("\n".join([*head, *imports, f"/** {title} */", f"class {name} {{", body, "}", ""]))


def beside(target: str, kind: str = "") -> str:
    """Return where the tests of a file belong: `CartTest.java` in its package."""
    path = PurePosixPath(target)
    return str(path.with_name(f"{path.stem}{kind}Test.java"))


def calls(row: Row) -> str:
    """Write the calls of a row in a line."""
    steps = [row.subject] if row.subject else []
    steps += [f"{call.name}({', '.join(call.args)})" for call in row.before]
    return "; ".join([*steps, f"{row.name}({', '.join(row.args)})"])[:300]
