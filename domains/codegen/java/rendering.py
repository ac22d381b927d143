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

LIBRARY = {
    "Arrays", "List", "ArrayList", "Set", "HashSet", "Map", "HashMap", "TreeMap", "LinkedHashMap", "LinkedList",
    "Optional", "ArrayDeque", "LinkedHashSet", "TreeSet", "Stack", "Vector", "PriorityQueue",
}  # fmt: skip
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
    """A test method."""

    name: str
    code: str
    case: Case


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
    return "GivesA" + seen.type if seen.kind in {"object"} else "Is" + _word(seen.text.strip('"') or '""')


def write(cases: list[Case], names: Names) -> list[Written]:
    """Write the test methods, those of one method together."""
    places: dict[str, int] = {}
    cases = sorted(cases, key=lambda case: places.setdefault(case.row.symbol, len(places)))
    return [_method(case, names.of(case.row)) for case in cases]


def _method(case: Case, name: str) -> Written:
    row, seen = case.row, case.row.seen
    lines = [line for said in (case.reason, case.note) if said for line in _comment(said)]
    subject = _free(row.owner_name[:1].lower() + row.owner_name[1:].replace(".", ""), row.parameters)
    if row.maker is not None:
        lines.append(f"{row.owner_name} {subject} = new {row.owner_name}({', '.join(row.maker)});")
    lines += [f"{subject}.{call.name}({', '.join(call.args)});" for call in row.before]
    args = list(row.args)
    for n, _ in seen.after:
        lines.append(f"var {row.parameters[n]} = {args[n]};")
        args[n] = row.parameters[n]
    place = row.owner_name if row.static else subject
    call = f"new {row.owner_name}({', '.join(args)})" if row.constructs else f"{place}.{row.name}({', '.join(args)})"
    lines += _assertions(call, seen, subject)
    lines += [_equal(text, row.parameters[n]) for n, text in seen.after]
    if seen.kind != "object":
        lines += [_equal(text, f"{subject}.{part}") for part, text in seen.state]
    body = "\n".join(f"  {line}" for line in lines)
    return Written(name, f"@Test\nvoid {name}() throws Exception {{\n{body}\n}}", case)


def _comment(said: str) -> list[str]:
    """Write a comment within the columns; a backslash in one could begin a sign that ends it."""
    return textwrap.wrap(said.replace("\\", "/"), 90, initial_indent="// ", subsequent_indent="// ")


def observed(seen: Seen) -> str:
    """Say what was seen."""
    return f"throws {seen.text}: {seen.message}".rstrip(": ") if seen.kind == "throws" else seen.text


def _assertions(call: str, seen: Seen, subject: str) -> list[str]:
    if seen.kind == "throws":
        raised = seen.text.removeprefix("java.lang.")
        if not seen.message:
            return [f"assertThrows({raised}.class, () -> {call});"]
        return [
            f"var thrown = assertThrows({raised}.class, () -> {call});",
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
        return [f"var result = {call};", f'assertEquals("{seen.type}", result.getClass().getSimpleName());', *parts]
    return [_equal(seen.text, call)]


def _equal(text: str, given: str) -> str:
    if text in {"true", "false"}:
        return f"assertEquals({text}, {given});"
    if text == "null":
        return f"assertNull({given});"
    if re.match(r"new [\w.]+(\[\])+ ", text):
        return f"assertArrayEquals({text}, {given});"
    if re.fullmatch(r"-?\d+\.\d+(E-?\d+)?", text):
        return f"assertEquals({text}, {given}, 1e-9);"
    return f"assertEquals({text}, {given});"


def _free(name: str, others: tuple[str, ...]) -> str:
    return f"{name}Made" if name in others or name in {"result", "thrown"} else name


def file(written: list[Written], package: str, target: str, kind: str, title: str) -> str:
    """Write a test class with the imports that it needs, as google-java-format would have it."""
    body = "\n\n".join(f"  {one.code}".replace("\n", "\n  ") for one in written)
    named = set(re.findall(r"(?<![\w.$])[A-Z]\w*", re.sub(r'"(?:[^"\\]|\\.)*"', "", body)))
    used = sorted(LIBRARY & named)
    asserts = sorted(set(re.findall(r"\bassert\w+(?=\()", body)))
    head = [f"package {package};\n"] if package else []
    imports = [f"import static org.junit.jupiter.api.Assertions.{name};" for name in asserts]
    imports += ["", *(f"import java.util.{name};" for name in used), "import org.junit.jupiter.api.Test;", ""]
    name = PurePosixPath(beside(target, kind)).stem
    return laid_out("\n".join([*head, *imports, f"/** {title} */", f"class {name} {{", body, "}", ""]))


def beside(target: str, kind: str = "") -> str:
    """Return where the tests of a file belong: `CartTest.java` in its package."""
    path = PurePosixPath(target)
    return str(path.with_name(f"{path.stem}{kind}Test.java"))


def calls(row: Row) -> str:
    """Write the calls of a row in a line."""
    steps = [] if row.maker is None else [f"new {row.owner_name}({', '.join(row.maker)})"]
    steps += [f"{call.name}({', '.join(call.args)})" for call in row.before]
    return "; ".join([*steps, f"{row.name}({', '.join(row.args)})"])[:300]
