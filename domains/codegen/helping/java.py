"""Java, for the model's help."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from tree_sitter import Node

from domains.codegen.engine.errors import SourceBroken
from domains.codegen.engine.trees import text
from domains.codegen.engine.types import Project, Survivor
from domains.codegen.helping import comments
from domains.codegen.helping.javaexpecting import expected_error, expected_value
from domains.codegen.helping.language import About, Call, Claim, Part, Prose, Style, Tried
from domains.codegen.helping.literals import LONGEST, Literals, NotPlain, arguments, children, quoted
from domains.codegen.java.reading import Source, read
from domains.codegen.java.rendering import Case, calls, observed
from domains.codegen.java.runner import find
from domains.codegen.java.running import Explored
from domains.codegen.java.trying import Attempt, Made, Named, attempt
from sandbox import Sandbox

STYLE = Style(
    "Java",
    "camelCase, begins with the method's name, and says what is given and what comes of it, like "
    "discountOfZeroKeepsThePrice",
    r"^[a-z][A-Za-z0-9]{9,69}$",
    lambda name: [word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", name)],
    whole=True,
    raises="throws",
    examples='Till.total(List.of(1, 2), "EUR") or new Cart(2).add(3)',
    comment="//",
)
_TYPES = {"class_declaration", "record_declaration", "enum_declaration", "interface_declaration"}
_LISTS = {"List.of", "Arrays.asList"}
_EMPTY = re.compile(r"(?:Array|Linked)List(?:<\w*>)?")
_EMPTY_MAP = re.compile(r"(?:Linked)?HashMap(?:<[\w, ]*>)?|TreeMap(?:<[\w, ]*>)?")


@dataclass(frozen=True, slots=True)
class Proposed:
    """A call as it was read: values written anew. `maker` makes the object that it is of, where it needs one."""

    symbol: str
    maker: tuple[str, ...] | None
    given: tuple[str, ...]


@dataclass(slots=True)
class Java:
    """Implements Language for a file."""

    project: Project
    source: Source
    style: Style = STYLE

    @property
    def text(self) -> str:
        """See `Language`."""
        return self.project.source

    def prose(self) -> list[Prose]:
        """See `Language`: comments above methods and inside."""
        listed, found = comments.comments(self.source.root), []
        for owner in self._types():
            for node in _members(owner, "method_declaration"):
                said = comments.sentences(listed, node.start_point[0], node.end_point[0])
                if said:
                    found.append(Prose(f"{_name(owner)}.{_name(node)}", self._signature(owner, node), said))
        return found

    def parts(self) -> list[Part]:
        """See `Language`."""
        return [Part(_name(one), one.start_point[0] + 1, one.end_point[0] + 1) for one in self._types()]

    def learn(self, explored: Explored) -> set[Proposed]:  # noqa: ARG002
        """See `Language`: what a call is in Java is known when types were found for its values."""
        return set()

    def read(self, call: str) -> Call[Proposed] | None:
        """See `Language`: `Class.method(1)`, `new Class(1)` and `new Class(1).method(2)`."""
        node = expression(call.strip().rstrip(";")) if len(call) <= LONGEST else None
        try:
            proposed = None if node is None else self._proposed(node)
        except NotPlain:
            return None
        if proposed is None:
            return None
        return Call(proposed.symbol, (*(proposed.maker or ()), *proposed.given), proposed)

    def literal(self, text: str) -> str | None:
        """See `Language`."""
        return LITERALS.literal(text)

    def value(self, text: str) -> object:
        """See `Language`."""
        return LITERALS.value(text)

    def attempt(
        self, box: Sandbox, scenarios: Sequence[Proposed], missing: Sequence[int], surviving: Sequence[Survivor], *,
        seconds: float, cancelled: threading.Event,
    ) -> list[Tried[Case] | None]:  # fmt: skip
        """See `Language`."""
        asked = [
            Attempt(
                one.symbol,
                None if one.maker is None else [self.value(text) for text in one.maker],
                [self.value(text) for text in one.given],
            )
            for one in scenarios
        ]
        tried = attempt(
            box, find(), self.project, self.source, asked, surviving, seconds=seconds, cancelled=cancelled
        )  # fmt: skip
        made: list[Tried[Case] | None] = []
        for one in tried:
            if one.row is None:
                made.append(None)
                continue
            usable = one.steady and one.row.seen.kind not in {"stalled", "internal"}
            lines = tuple(line for line in one.lines if line in missing)
            made.append(Tried(Case(one.row, "regression"), usable, lines, one.kills, len(calls(one.row))))
        return made

    def joined(self, explored: Explored, rows: Sequence[tuple[Case, int]], left: Sequence[Survivor]) -> Explored:
        """See `Language`."""
        made = tuple(case.row.model_copy(update={"kills": kills}) for case, kills in rows)
        killed = explored.killed + len(explored.surviving) - len(left)
        return explored.model_copy(
            update={"rows": explored.rows + made, "killed": killed, "surviving": tuple(left)}
        )  # fmt: skip

    def alone(self, cases: list[Case]) -> list[Case]:
        """See `Language`: every case is a method."""
        return cases

    def key(self, case: Case) -> Hashable:
        """See `Language`."""
        return case.row.key

    def key_of(self, doubt: Case) -> Hashable:
        """See `Language`."""
        return doubt.row.key

    def about(self, case: Case) -> About:
        """See `Language`."""
        row, seen = case.row, case.row.seen
        before = tuple(text for call in row.before for text in call.args)
        raised = seen.text.rpartition(".")[2] if seen.kind == "throws" else ""
        return About(
            symbol=row.symbol,
            call=calls(row),
            given=(*(row.maker or ()), *before, *row.args),
            outcome=observed(seen),
            result=seen.text if seen.kind == "value" else "",
            raises=raised,
            changed=bool(seen.after or seen.state),
            said=(calls(row), seen.text, seen.message, seen.type, *row.parameters),
        )

    def contradicted(self, case: Case, claim: Claim[Proposed], note: str) -> Case | None:
        """See `Language`: an expectation that a test could not state in the types of the method is none."""
        row = case.row
        if claim.raises:
            kind, wanted = "throws", expected_error(claim.raises, self.source)
        else:
            kind, wanted = "value", expected_value(self.value(claim.value), self._returned(row.symbol, len(row.args)))
        if wanted is None:
            return None
        seen = row.seen.model_copy(update={"kind": kind, "text": wanted, "message": "", "after": (), "state": ()})
        return Case(row.model_copy(update={"seen": seen}), "suspected_bug", note, observed=observed(row.seen))

    def _types(self) -> list[Node]:
        return [node for node in self.source.root.named_children if node.type in _TYPES]

    def _methods(self, symbol: str) -> list[Node]:
        owner, _, name = symbol.partition(".")
        return [
            node
            for one in self._types()
            if _name(one) == owner
            for node in _members(one, "method_declaration")
            if _name(node) == name
        ]

    def _returned(self, symbol: str, count: int) -> str:
        """Return the type that a method gives; empty where several might be meant."""
        types = {
            text(node.child_by_field_name("type"))
            for node in self._methods(symbol)
            if len(_parameters(node)) == count
        }  # fmt: skip
        return types.pop() if len(types) == 1 else ""

    def _signature(self, owner: Node, node: Node) -> str:
        """Say how it is called; for a method of objects also how its object is made."""
        kind, listed = text(node.child_by_field_name("type")), text(node.child_by_field_name("parameters"))
        if _is_static(node):
            return f"{kind} {_name(owner)}.{_name(node)}{listed}"
        made = _members(owner, "constructor_declaration")
        given = (
            text(made[0].child_by_field_name("parameters")) if made else text(owner.child_by_field_name("parameters"))
        )
        return f"{kind} {_name(node)}{listed}   // called as new {_name(owner)}{given or '()'}.{_name(node)}(...)"

    def _proposed(self, node: Node) -> Proposed | None:
        """Read a call. Raises NotPlain."""
        given = tuple(map(written, arguments(node.child_by_field_name("arguments"), _further)))
        if node.type == "object_creation_expression":
            name = text(node.child_by_field_name("type"))
            return Proposed(name, None, given) if any(_name(one) == name for one in self._types()) else None
        place = node.child_by_field_name("object")
        if node.type != "method_invocation" or place is None:
            return None
        made = place.type == "object_creation_expression"
        owner = text(place.child_by_field_name("type")) if made else text(place)
        symbol = f"{owner}.{text(node.child_by_field_name('name'))}"
        if not any(_is_static(one) != made for one in self._methods(symbol)):
            return None
        maker = arguments(place.child_by_field_name("arguments"), _further) if made else None
        return Proposed(symbol, None if maker is None else tuple(map(written, maker)), given)


def expression(said: str) -> Node | None:
    """Parse one expression; None when the text is not exactly one."""
    try:
        root = read(f"class T {{ Object x = {said}\n; }}".encode()).root
    except SourceBroken:
        return None
    body = root.named_children[0].child_by_field_name("body") if root.named_child_count == 1 else None
    fields = [] if body is None else list(children(body))
    if len(fields) != 1 or fields[0].type != "field_declaration":
        return None
    listed = [one for one in children(fields[0]) if one.type == "variable_declarator"]
    return listed[0].child_by_field_name("value") if len(listed) == 1 else None


def written(value: object) -> str:
    """Write a value as Java."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, list):
        return f"Arrays.asList({', '.join(map(written, value))})"
    if isinstance(value, dict):
        return f"Map.of({', '.join(written(one) for pair in value.items() for one in pair)})"
    if isinstance(value, Made):
        return f"new {value.name}({', '.join(map(written, value.values))})"
    return value.name if isinstance(value, Named) else repr(value)


def _further(node: Node, inner: Callable[[Node], object]) -> object:
    """Read lists, maps, arrays, constants, and objects that a constructor makes. Raises NotPlain."""
    if node.type == "cast_expression":
        value = node.child_by_field_name("value")
        return inner(value) if value is not None else _never(node)
    if node.type == "array_creation_expression":
        listed = node.child_by_field_name("value")
        return [inner(one) for one in children(listed)] if listed is not None else _never(node)
    if node.type == "array_initializer":
        return [inner(one) for one in children(node)]
    if node.type == "field_access" and re.fullmatch(r"[A-Z]\w*\.[A-Z][A-Z0-9_]*", text(node)):
        return Named(text(node))
    listed = node.child_by_field_name("arguments")
    values = [] if listed is None else [inner(one) for one in children(listed)]
    if node.type == "object_creation_expression":
        return _made(text(node.child_by_field_name("type")), values)
    called = f"{text(node.child_by_field_name('object'))}.{text(node.child_by_field_name('name'))}"
    if node.type == "method_invocation" and called in _LISTS:
        return values
    if node.type == "method_invocation" and called == "Map.of" and len(values) % 2 == 0:
        return _mapped(values)
    return _never(node)


def _made(name: str, values: list[object]) -> object:
    """Return what a constructor makes: lists and maps of the library as what they hold."""
    if _EMPTY.fullmatch(name) and (not values or isinstance(values[0], list)):
        return values[0] if values else []
    if _EMPTY_MAP.fullmatch(name) and (not values or isinstance(values[0], dict)):
        return values[0] if values else {}
    if not re.fullmatch(r"[A-Z]\w*", name):
        raise NotPlain(name)
    return Made(name, tuple(values))


def _mapped(values: list[object]) -> dict[object, object]:
    if not all(isinstance(key, str | int | float) for key in values[::2]):
        raise NotPlain("a key that is no plain value")
    return dict(zip(values[::2], values[1::2], strict=True))


def _never(node: Node) -> object:
    raise NotPlain(text(node))


def _name(node: Node) -> str:
    return text(node.child_by_field_name("name"))


def _members(owner: Node, kind: str) -> list[Node]:
    body = owner.child_by_field_name("body")
    return [] if body is None else [node for node in body.named_children if node.type == kind]


def _parameters(node: Node) -> list[Node]:
    listed = node.child_by_field_name("parameters")
    return [] if listed is None else list(children(listed))


def _is_static(node: Node) -> bool:
    return any(one.type == "modifiers" and "static" in text(one).split() for one in node.children)


LITERALS = Literals(expression, _further, written)
