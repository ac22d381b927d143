"""JavaScript and TypeScript, for the model's help."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tree_sitter import Node

from domains.codegen.engine.trees import text
from domains.codegen.engine.types import Project, Survivor
from domains.codegen.helping import comments
from domains.codegen.helping.language import (
    UNDEFINED,
    About,
    Call,
    Claim,
    Part,
    Prose,
    Style,
    Tried,
)  # fmt: skip
from domains.codegen.helping.literals import LONGEST, Literals, NotPlain, arguments, children, quoted
from domains.codegen.javascript.exploring import Explored, Row, Scenario, Seen, Step
from domains.codegen.javascript.judging import Case, Suspicion, observed, wanted
from domains.codegen.javascript.parsing import expression, grammar_of, parse
from domains.codegen.javascript.rendering import alone, calls, sentence
from domains.codegen.javascript.runner import find
from domains.codegen.javascript.structure import FUNCTIONS, Structure, Target
from domains.codegen.javascript.terms import accepts
from domains.codegen.javascript.trying import attempt
from sandbox import Sandbox

STYLE = Style(
    "JavaScript",
    "lower-case words of a sentence without the function's name, like: keeps the price for a discount of zero",
    r"^[a-z]{2,20}( [a-z0-9]{1,20}){2,14}$",
    lambda name: name.split(" "),
    whole=False,
    raises="throws",
    examples='total([1, 2], "EUR") or new Cart(2).add(3)',
    comment="//",
)


@dataclass(frozen=True, slots=True)
class Made:
    """An object that a class of JavaScript itself makes: the class, and the values given."""

    name: str
    values: tuple[object, ...]


_BUILT = {"Date", "Map", "Set"}
"""Classes of JavaScript itself that an argument may be made of; a module's own are not known where values are made."""
_KINDS: tuple[tuple[type, str], ...] = (
    (bool, "boolean"), (int, "number"), (float, "number"), (str, "string"), (list, "array"), (dict, "object"),
)  # fmt: skip


@dataclass(slots=True)
class JavaScript:
    """Implements Language for a module."""

    project: Project
    structure: Structure
    style: Style = STYLE

    @property
    def text(self) -> str:
        """See `Language`."""
        return self.project.source

    def prose(self) -> list[Prose]:
        """See `Language`: comments above and inside."""
        root = self._root()
        listed = comments.comments(root)
        found = []
        for target in self.structure.targets:
            node = _definition(root, target)
            said = comments.sentences(listed, node.start_point[0], node.end_point[0])
            if said and target.kind != "class":
                found.append(Prose(target.symbol, self._signature(root, target), said))
        return found

    def parts(self) -> list[Part]:
        """See `Language`."""
        return [
            Part(one.name, one.node.start_point[0] + 1, one.node.end_point[0] + 1) for one in self.structure.exports
        ]

    def learn(self, explored: Explored) -> set[Scenario]:
        """See `Language`."""
        return {row.scenario for row in [*explored.rows, *explored.observed]}

    def read(self, call: str) -> Call[Scenario] | None:
        """See `Language`: `f(1)`, `Class.make(1)`, `new Class(1)`, and a method or property of that."""
        node = expression(call.strip().rstrip(";")) if len(call) <= LONGEST else None
        if node is not None and node.type == "await_expression":
            node = node.named_children[0]
        try:
            steps, symbol = self._steps(node)
        except NotPlain:
            return None
        given = tuple(one for step in steps for one in step.args)
        return Call(symbol, given, Scenario(symbol=symbol, steps=steps))

    def literal(self, text: str) -> str | None:
        """See `Language`."""
        return LITERALS.literal(text)

    def value(self, text: str) -> object:
        """See `Language`."""
        return LITERALS.value(text)

    def attempt(
        self, box: Sandbox, scenarios: Sequence[Scenario], missing: Sequence[int], surviving: Sequence[Survivor], *,
        seconds: float, cancelled: threading.Event,
    ) -> list[Tried[Case] | None]:  # fmt: skip
        """See `Language`."""
        tried = attempt(
            box, find(), self.project, self._root(), scenarios, surviving, seconds=seconds, cancelled=cancelled
        )
        made: list[Tried[Case] | None] = []
        for scenario, one in zip(scenarios, tried, strict=False):
            if one.seen is None:
                made.append(None)
                continue
            usable = one.steady and one.seen.kind != "stalled" and one.seen.text != "ReferenceError"
            lines = tuple(line for line in one.lines if line in missing)
            made.append(Tried(Case(scenario, one.seen, "regression"), usable, lines, one.kills, len(str(scenario))))
        return made

    def joined(self, explored: Explored, rows: Sequence[tuple[Case, int]], left: Sequence[Survivor]) -> Explored:
        """See `Language`."""
        made = tuple(Row(scenario=case.scenario, seen=case.seen, kills=kills) for case, kills in rows)
        killed = explored.killed + len(explored.surviving) - len(left)
        more = {"rows": explored.rows + made, "observed": explored.observed + made}
        return explored.model_copy(update={**more, "killed": killed, "surviving": tuple(left)})

    def alone(self, cases: list[Case]) -> list[Case]:
        """See `Language`."""
        return alone(cases)

    def key(self, case: Case) -> Scenario:
        """See `Language`."""
        return case.scenario

    def key_of(self, doubt: Suspicion) -> Scenario:
        """See `Language`."""
        return doubt.case.scenario

    def about(self, case: Case) -> About:
        """See `Language`."""
        shown, seen = {target.callee: target.shown for target in self.structure.targets}, case.seen
        thrown = seen.kind == "throws"
        return About(
            symbol=case.scenario.symbol,
            call=calls(case, shown),
            given=tuple(one for step in case.scenario.steps for one in step.args),
            outcome=observed(seen),
            result=seen.text if seen.kind in {"value", "iterator"} else "",
            raises=seen.text if thrown else "",
            changed=bool(seen.after or seen.state),
            said=(sentence(case, shown), seen.message, seen.type),
        )

    def contradicted(self, case: Case, claim: Claim[Scenario], note: str) -> Suspicion:
        """See `Language`."""
        raised = Seen(kind="throws", text=claim.raises, waits=case.seen.waits)
        other = raised if claim.raises else wanted(claim.value, case.seen)
        expected = f"throws {claim.raises}" if claim.raises else claim.value
        return Suspicion(Case(case.scenario, other, "suspected_bug", note), note, expected, observed(case.seen))

    def _root(self) -> Node:
        return parse(self.text.encode(), grammar_of(self.project.target) or "javascript").root_node

    def _signature(self, root: Node, target: Target) -> str:
        """Say how it is called; for a method also how its object is made."""
        node = _definition(root, target)
        listed = text(node.child_by_field_name("parameters") or node.child_by_field_name("parameter"))
        returns = text(node.child_by_field_name("return_type"))
        plain = f"{target.shown}{listed}{returns}" if target.kind != "get" else target.shown
        maker = self._target(lambda one: one.kind == "class" and one.symbol == target.owner)
        if maker is None:
            return plain
        made = ", ".join(one.name for one in maker.parameters)
        return f"class {target.owner}, made by new {target.owner}({made})\n{plain}   // of new {target.owner}(...)"

    def _steps(self, node: Node | None) -> tuple[tuple[Step, ...], str]:
        """Read the steps of a call, and its symbol. Raises NotPlain."""
        if node is None:
            raise NotPlain("no expression")
        if node.type == "new_expression":
            step, maker = self._made(node)
            return (step,), maker.symbol
        is_call = node.type == "call_expression"
        called = node.child_by_field_name("function") if is_call else node
        owner = called.child_by_field_name("object") if called is not None else None
        if owner is not None and owner.type == "parenthesized_expression":
            owner = owner.named_children[0]
        if called is None or owner is None or owner.type != "new_expression":
            return self._plain(node, called)
        first, maker = self._made(owner)
        name = text(called.child_by_field_name("property"))
        kind = "method" if is_call else "get"
        target = self._target(lambda one: (one.owner, one.callee, one.kind) == (maker.symbol, name, kind))
        if target is None:
            raise NotPlain(name)
        args = _given(node.child_by_field_name("arguments"), target) if is_call else ()
        return (first, Step(kind=kind, callee=name, args=args)), target.symbol

    def _plain(self, node: Node, called: Node | None) -> tuple[tuple[Step, ...], str]:
        target = self._target(lambda one: one.kind == "call" and one.shown == text(called))
        if node.type != "call_expression" or target is None:
            raise NotPlain(text(node))
        args = _given(node.child_by_field_name("arguments"), target)
        return (Step(kind="call", callee=target.callee, args=args),), target.symbol

    def _made(self, node: Node) -> tuple[Step, Target]:
        name = text(node.child_by_field_name("constructor"))
        target = self._target(lambda one: one.kind == "class" and one.shown == name)
        if target is None:
            raise NotPlain(name)
        args = _given(node.child_by_field_name("arguments"), target)
        return Step(kind="new", callee=target.callee, args=args), target

    def _target(self, fits: Callable[[Target], bool]) -> Target | None:
        return next((one for one in self.structure.targets if fits(one)), None)


def written(value: object) -> str:
    """Write a value as JavaScript."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value).replace("inf", "Infinity").replace("nan", "NaN")
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, list):
        return f"[{', '.join(map(written, value))}]"
    if isinstance(value, dict):
        rows = (f"{_name(key)}: {written(item)}" for key, item in value.items())
        return f"{{ {', '.join(rows)} }}" if value else "{}"
    if isinstance(value, Made):
        return f"new {value.name}({', '.join(map(written, value.values))})"
    return repr(value)


def _name(key: object) -> str:
    return str(key) if re.fullmatch(r"[A-Za-z_$][\w$]*", str(key)) and key != "__proto__" else quoted(str(key))


def _given(node: Node | None, target: Target) -> tuple[str, ...]:
    """Read arguments that a target takes, as many as it does and of the types that it declares. Raises NotPlain."""
    values = arguments(node, _further)
    least = sum(not (one.optional or one.rest) for one in target.parameters)
    endless = any(one.rest for one in target.parameters)
    if len(values) < least or (len(values) > len(target.parameters) and not endless):
        raise NotPlain("other arguments are taken")
    for value, one in zip(values, target.parameters, strict=False):
        taken = accepts(one.type) if one.type is not None and not one.rest else None
        if taken is not None and _kind(value) not in taken:
            raise NotPlain("another type is taken")
    return tuple(map(written, values))


def _kind(value: object) -> str:
    if value is None or value is UNDEFINED:
        return "null" if value is None else "undefined"
    return next((kind for one, kind in _KINDS if isinstance(value, one)), "object")


def _further(node: Node, inner: Callable[[Node], object]) -> object:
    """Read lists, objects, what a class of JavaScript itself makes, and names of numbers. Raises NotPlain."""
    if node.type == "array":
        return [inner(one) for one in children(node)]
    if node.type == "object":
        return dict(_pair(one, inner) for one in children(node))
    if node.type == "new_expression" and text(node.child_by_field_name("constructor")) in _BUILT:
        listed = node.child_by_field_name("arguments")
        values = () if listed is None else tuple(inner(one) for one in children(listed))
        return Made(text(node.child_by_field_name("constructor")), values)
    if node.type == "identifier" and text(node) in {"NaN", "Infinity"}:
        return float(text(node).replace("Infinity", "inf").lower())
    if node.type == "identifier" and text(node) == "undefined":
        return UNDEFINED
    raise NotPlain(text(node))


def _pair(node: Node, inner: Callable[[Node], object]) -> tuple[str, object]:
    key, value = node.child_by_field_name("key"), node.child_by_field_name("value")
    if node.type != "pair" or key is None or value is None:
        raise NotPlain(text(node))
    if key.type == "property_identifier":
        return text(key), inner(value)
    if key.type not in {"string", "number"}:
        raise NotPlain(text(key))
    name = inner(key)
    return str(name), inner(value)


def _definition(root: Node, target: Target) -> Node:
    """Return the node that a target was read from, or the nearest around it."""
    node = root.descendant_for_byte_range(target.start, max(target.start, target.end - 1)) or root
    while node.type not in FUNCTIONS and node.end_byte < target.end and node.parent is not None:
        node = node.parent
    return node


LITERALS = Literals(expression, _further, written)
