"""Runs the exploring program in the sandbox and reads what it tells, which is untrusted."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from tree_sitter import Node as Syntax

from domains.codegen.engine.errors import NothingToTest, SourceBroken, SourceEndless
from domains.codegen.engine.exploring import Listener, Missed, Progress, unfinished
from domains.codegen.engine.prose import EMPTY, forbidden
from domains.codegen.engine.trees import text, walk
from domains.codegen.engine.types import Options, Project
from domains.codegen.javascript.constants import constants
from domains.codegen.javascript.documentation import Example
from domains.codegen.javascript.mutators import Mutant, mutants
from domains.codegen.javascript.parameters import Parameter
from domains.codegen.javascript.parsing import expression, grammar_of, parse
from domains.codegen.javascript.runner import Node
from domains.codegen.javascript.structure import ENUM, Structure, Target
from sandbox import Outcome, Sandbox

_GRACE_S = 20.0
_SAMPLES = {"number": "10", "string": '"a"', "boolean": "true", "array": "[1]", "object": "{}", "function": "() => 1"}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Step(_Strict):
    """A call on the way: `kind` is call, new, method, get, or apply, which calls what was made; `args` are source.

    What a step gives that `binds` is what the steps behind it are about, as what `new` makes always is; what one that
    `waits` gives is awaited first. A `callee` of digits is a place in a list.
    """

    kind: str
    callee: str
    args: tuple[str, ...] = ()
    binds: bool = False
    waits: bool = False


class Scenario(_Strict):
    """Steps in order; the last is what is tested."""

    symbol: str
    steps: tuple[Step, ...]

    @property
    def made(self) -> int:
        """How many steps lead to what the symbol gave and the others call; 0 where the last is a call of the symbol."""
        return max((n for n, step in enumerate(self.steps, 1) if step.binds), default=0)

    @property
    def waits(self) -> bool:
        """Whether something is awaited before the last call."""
        return any(step.waits for step in self.steps[:-1])


class Seen(_Strict):
    """What the last step did: `kind` is value, iterator, object, self, throws or stalled.

    `own` errors carry a message that the module wrote; `waits` says that a promise was settled; `after` are
    arguments that were changed, `state` fields of the subject that were.
    """

    kind: str
    text: str
    type: str = ""
    message: str = ""
    own: bool = False
    waits: bool = False
    parts: tuple[tuple[str, str], ...] = ()
    after: tuple[tuple[int, str], ...] = ()
    state: tuple[tuple[str, str], ...] = ()


class Row(_Strict):
    """A scenario and what was seen."""

    scenario: Scenario
    seen: Seen
    kills: int = 0


class _Survivor(_Strict):
    line: int
    change: str


class _Checked(_Strict):
    id: int
    seen: Seen | None
    expected: str | None = None


class Explored(_Strict):
    """What the exploration found: `rows` are chosen to become tests, `observed` is all that was seen."""

    symbols: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    observed: tuple[Row, ...] = ()
    mutants: int = 0
    killed: int = 0
    surviving: tuple[_Survivor, ...] = ()
    checks: tuple[_Checked, ...] = ()
    unsteady: int = 0
    scenarios: int = 0
    broken: str | None = None
    endless: bool = False


class Check(_Strict):
    """A documented call: the source of its `value`, or the name of the error that it `raises`."""

    id: int
    scenario: Scenario
    value: str | None
    raises: str | None
    because: str


def checks_of(structure: Structure) -> tuple[Check, ...]:
    """Return what the comments say about calls: examples, and conditions of errors broken one at a time."""
    found: list[Check] = []
    by_shown = {target.shown: target for target in structure.targets if target.kind == "call"}
    for target in structure.targets:
        for example in target.doc.examples:
            scenario = scenario_of(example, by_shown)
            if scenario is not None:
                found.append(
                    Check(
                        id=len(found),
                        scenario=scenario,
                        value=example.value,
                        raises=example.raises,
                        because="the example in its documentation",
                    )
                )
        for args, kind, when in _conditions(target):
            steps = (Step(kind="call", callee=target.callee, args=args),)
            found.append(
                Check(
                    id=len(found),
                    scenario=Scenario(symbol=target.symbol, steps=steps),
                    value=None,
                    raises=kind,
                    because=f"throws {kind}: {when}",
                )
            )
    return tuple(found)


def scenario_of(example: Example, by_shown: dict[str, Target]) -> Scenario | None:
    """Read a documented call of a target; None for a call of something else."""
    node = expression(example.call)
    called = text(node.child_by_field_name("function")) if node is not None else ""
    arguments = node.child_by_field_name("arguments") if node is not None else None
    if (
        called not in by_shown
        or arguments is None
        or any(one.type == "spread_element" for one in arguments.named_children)
    ):
        return None
    target = by_shown[called]
    args = tuple(text(one) for one in arguments.named_children if one.type != "comment")
    return Scenario(symbol=target.symbol, steps=(Step(kind="call", callee=target.callee, args=args),))


def _conditions(target: Target) -> Iterator[tuple[tuple[str, ...], str, str]]:
    needed = [one for one in target.parameters if not one.optional]
    samples = [_sample(one) for one in needed]
    if target.kind != "call" or None in samples:
        return
    for kind, when in target.doc.throws:
        for n, one in enumerate(needed):
            term = (one.type or {"k": "any"})["k"]
            for value in forbidden(one.name, when, number=term == "number"):
                broken = {"string": '""', "array": "[]"}.get(term) if value == EMPTY else value
                if broken is not None:
                    yield (*map(str, samples[:n]), broken, *map(str, samples[n + 1 :])), kind, when


def _sample(parameter: Parameter) -> str | None:
    return _SAMPLES.get(parameter.type["k"]) if parameter.type is not None else None


def explore(
    box: Sandbox, node: Node, project: Project, root: Syntax, structure: Structure, checks: tuple[Check, ...],
    options: Options, told: Progress, cancelled: threading.Event, present: Mapping[str, object] | None = None,
    missed: Missed = lambda _lines: None,
) -> Explored:  # fmt: skip
    """Search for scenarios, beside what is `present`: ways that were taken, `hit`, and mutants noticed, `killed`.

    `missed` hears which lines the search left, when it is over.

    Raises SourceBroken, NothingToTest, Cancelled, SandboxUnavailable.
    """
    listener = Listener(told, missed)
    plan = {
        "targets": [_target(target, options.symbols) for target in structure.targets],
        "constants": _constants(root, structure),
        "checks": [check.model_dump() for check in checks],
        "mutants": [asdict(mutant) for mutant in tried(project, structure, options, root)],
        "present": dict(present or {"hit": [], "killed": []}),
        "own": own(root),
        "hidden": hidden(root),
        "names": [one.name for one in structure.exports if one.node.type == ENUM],
        "budget": options.budget_s,
        "seed": options.seed,
    }
    outcome = node.run(
        box,
        "explore.cjs",
        plan,
        project,
        wall_s=options.budget_s * 2 + _GRACE_S,
        cancelled=cancelled,
        heard=listener.hear,
    )
    return _result(outcome, listener, project)


def tried(project: Project, structure: Structure, options: Options, root: Syntax | None = None) -> list[Mutant]:
    """Return the mutants that tests are judged by, in their order."""
    if root is None:
        root = parse(project.source.encode(), grammar_of(project.target) or "javascript").root_node
    return [mutant for mutant in mutants(project.source, root) if _wanted(mutant.start, structure, options)]


def _target(target: Target, symbols: tuple[str, ...]) -> dict[str, Any]:
    listed = [
        {
            "name": p.name,
            "type": p.type,
            "default": p.default,
            "optional": p.optional,
            "rest": p.rest,
            "uses": list(p.uses),
        }
        for p in target.parameters
    ]
    asked = not symbols or target.symbol in symbols or target.symbol.split(".")[0] in symbols
    return {
        "symbol": target.symbol, "kind": target.kind, "callee": target.callee, "parameters": listed,
        "owner": target.owner, "helper": not asked,
    }  # fmt: skip


def _wanted(at: int, structure: Structure, options: Options) -> bool:
    """Whether a change lies in what is tested; all do unless symbols are asked for."""
    if not options.symbols:
        return True
    asked = [t for t in structure.targets if t.symbol in options.symbols or t.symbol.split(".")[0] in options.symbols]
    return any(target.start <= at <= target.end for target in asked)


def _constants(root: Syntax, structure: Structure) -> dict[str, dict[str, list[object]]]:
    """Constants by symbol; those of the whole module stand behind a symbol's own."""
    whole = constants(root)
    found = {"": whole}
    for target in structure.targets:
        node = root.descendant_for_byte_range(target.start, max(target.start, target.end - 1))
        own = constants(node) if node is not None else whole
        found[target.symbol] = {kind: list(dict.fromkeys([*own[kind], *whole[kind][:12]])) for kind in whole}
    return found


def hidden(root: Syntax) -> list[str]:
    """Names of members that TypeScript keeps from others: a test that reads one does not compile."""
    kept = (node.parent for node in walk(root) if node.type == "accessibility_modifier" and text(node) != "public")
    found = (one.child_by_field_name("name") or one.child_by_field_name("pattern") for one in kept if one is not None)
    return sorted({text(one) for one in found if one is not None})


def own(root: Syntax) -> list[str]:
    """Pieces of text that the module writes: a message that holds one is its own."""
    pieces = {text(node) for node in walk(root) if node.type == "string_fragment"}
    return sorted(piece for piece in pieces if len(piece.strip()) >= 4)[:400]


def _result(outcome: Outcome, listener: Listener, project: Project) -> Explored:
    if listener.result is None:
        said = outcome.stderr.decode("utf-8", "replace").strip().split("\n")
        raise unfinished(outcome, listener, project.target, said[0][-300:])
    try:
        explored = Explored.model_validate(listener.result)
    except ValidationError as error:
        raise SourceBroken(f"{project.target} disturbed its exploration: {error.errors()[0]['msg']}") from error
    if explored.endless:
        raise SourceEndless(project.target, loading=True)
    if explored.broken is not None:
        raise SourceBroken(f"{project.target} cannot be loaded: {explored.broken}")
    if not explored.symbols:
        raise NothingToTest(f"{project.target} exports no function or class to test, or none of the names asked for.")
    return explored
