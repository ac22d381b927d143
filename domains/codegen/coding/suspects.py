"""Which functions may be at fault for a failing test, the likeliest first."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from domains.codegen.coding import functions
from domains.codegen.coding.evidence import Failure
from domains.codegen.coding.work import Verdict, Wish


@dataclass(frozen=True, slots=True)
class Where:
    """A function that may be written anew; `what` is test, function or fixture."""

    path: str
    name: str
    what: str


def order(wish: Wish, verdict: Verdict, failure: Failure) -> list[Where]:
    """Say what to write anew, the likeliest first; a test is never bent where the code seems wrong."""
    test = Where(wish.test_file, dotted(failure.name), "test")
    code = [Where(wish.target, name, "function") for name in suspects(wish, failure)]
    if verdict.wrong == "fixture":
        name = verdict.why.split("“")[1].split("”")[0]
        path = next((p for p in (wish.test_file, *wish.files) if functions.find(wish.files[p], name)), "")
        return [Where(path, name, "fixture")] * 2 if path else []
    if verdict.wrong == "code":
        return [*code, *code[:1]]
    if verdict.wrong == "test":
        return [test, test] if failure.name else []
    return [*code[:1], test] if failure.name else []


def suspects(wish: Wish, failure: Failure) -> list[str]:
    """Name functions of the target: those in the trace, last first, then those that the test calls."""
    name = PurePosixPath(wish.target).name
    lines = [int(found) for found in re.findall(rf"(?<!\w){re.escape(name)}:(\d+)", failure.why)]
    traced = [functions.at_line(wish.source, line) for line in reversed(lines)]
    test = functions.find(wish.files[wish.test_file], dotted(failure.name))
    called = sorted(functions.called(test)) if test is not None else []
    found = [*traced, *(one for one in called if functions.find(wish.source, one) is not None)]
    methods = [found_in for one in called if (found_in := owned(wish.source, one))]
    return [one for one in dict.fromkeys([*found, *methods]) if one]


def plain(test: str) -> str:
    """Name a test without the row of its table."""
    return test.split("[", maxsplit=1)[0]


def dotted(test: str) -> str:
    """Write pytest's `Class::test[row]` as `Class.test`."""
    return plain(test).replace("::", ".")


def owned(source: str, name: str) -> str:
    """Name a method `Class.name` where exactly one class has it."""
    tree = functions.parse(source)
    owners = [
        node.name
        for node in (tree.body if tree is not None else [])
        if isinstance(node, ast.ClassDef)
        and any(isinstance(inner, functions.Function) and inner.name == name for inner in node.body)
    ]
    return f"{owners[0]}.{name}" if len(owners) == 1 else ""


def method(source: str, name: str) -> functions.Function | None:
    """Return a method by its bare name, where exactly one class has it."""
    dotted_name = owned(source, name)
    return functions.find(source, dotted_name) if dotted_name else None
