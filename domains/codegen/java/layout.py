"""Breaks lines of Java that are longer than 100 columns by the rules of google-java-format.

Its model of a document (google-java-format, `Doc`): text and places to break, in levels. A level that fits stays on its
line; else it breaks at all of its own places, or, where they fill, at those that the line has no room for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from tree_sitter import Node

from domains.codegen.engine.errors import SourceBroken
from domains.codegen.engine.trees import text, walk
from domains.codegen.java.reading import read

COLUMNS = 100
_CONTINUED = 4
_SHORT = 10
"""An argument or an element shorter than that, and only such, fill their lines."""
_LITERALS = ("literal", "true", "false", "identifier", "unary_expression")


@dataclass(frozen=True, slots=True)
class Break:
    """A place to break: `flat` stands there otherwise; the next line begins `indent` further in than its level."""

    flat: str = ""
    indent: int = 0
    fills: bool = False


@dataclass(frozen=True)
class Level:
    """Parts that break together, `indent` further in than what is around."""

    indent: int
    parts: tuple[str | Break | Level, ...]

    @cached_property
    def flat(self) -> str:
        """All of it on one line."""
        return "".join(_flat(one) for one in self.parts)


Doc = str | Break | Level


def laid_out(source: str) -> str:
    """Return a file with its long lines broken; what does not parse comes back as it was."""
    try:
        root = read(source.encode()).root
    except SourceBroken:
        return source
    lines, whole = source.split("\n"), source.encode()
    for node in reversed(list(walk(root))):
        row, column = node.start_point
        if node.type == "throws" and node.is_named and len(lines[row]) > COLUMNS:
            begin = " " * (len(lines[row]) - len(lines[row].lstrip()) + _CONTINUED)
            whole = whole[: node.start_byte].rstrip() + f"\n{begin}".encode() + whole[node.start_byte :]
        elif node.type in _STATEMENTS and len(lines[row]) > COLUMNS and node.end_point[0] == row:
            made = _Writer(column).written(_settled(_STATEMENTS[node.type](node)))
            whole = whole[: node.start_byte] + made.encode() + whole[node.end_byte :]
    return whole.decode()


def _settled(level: Level) -> Level:
    """Put text with the last place to break before it, as google-java-format counts it: so `);` needs room, too."""
    root = _Open(level.indent)
    _settle(level, [root], [root])
    return root.closed()


@dataclass(slots=True)
class _Open:
    """A level to which parts are still added."""

    indent: int
    parts: list[str | Break | _Open] = field(default_factory=list)

    def closed(self) -> Level:
        return Level(self.indent, tuple(one.closed() if isinstance(one, _Open) else one for one in self.parts))


def _settle(level: Level, stack: list[_Open], last: list[_Open]) -> None:
    for one in level.parts:
        if isinstance(one, Level):
            inner = _Open(one.indent)
            _settle(one, [*stack, inner], last)
            stack[-1].parts.append(inner)
        elif isinstance(one, Break):
            last[0] = stack[-1]
            last[0].parts.append(one)
        else:
            last[0].parts.append(one)


class _Writer:
    """Writes a document from a column on."""

    def __init__(self, column: int) -> None:
        self._begin, self._column, self._text = column, column, ""

    def written(self, level: Level) -> str:
        self._level(level, self._begin)
        return self._text

    def _level(self, level: Level, around: int) -> None:
        if self._column + len(level.flat) <= COLUMNS:
            self._say(level.flat)
            return
        indent, must = around + level.indent, False
        for place, parts in _splits(level.parts):
            width = sum(len(_flat(one)) for one in parts)
            if place is not None:
                room = self._column + len(place.flat) + width <= COLUMNS
                self._break(place, indent, broken=not place.fills or must or not room)
            must = self._column + width > COLUMNS
            for one in parts:
                if isinstance(one, Level):
                    self._level(one, indent)
                else:
                    self._say(_flat(one))

    def _break(self, place: Break, indent: int, *, broken: bool) -> None:
        if not broken:
            self._say(place.flat)
            return
        self._column = indent + place.indent
        self._text += "\n" + " " * self._column

    def _say(self, said: str) -> None:
        self._text += said
        self._column += len(said)


def _flat(one: Doc) -> str:
    return one if isinstance(one, str) else one.flat


def _splits(parts: tuple[Doc, ...]) -> Iterator[tuple[Break | None, list[str | Level]]]:
    """Yield each place to break with the parts behind it, first those that stand before any."""
    place: Break | None = None
    behind: list[str | Level] = []
    for one in parts:
        if isinstance(one, Break):
            yield place, behind
            place, behind = one, []
        else:
            behind.append(one)
    yield place, behind


def _statement(node: Node) -> Level:
    return Level(0, (*_parts(node.named_children[0]), ";"))


def _declaration(node: Node) -> Level:
    kind, declarator = node.child_by_field_name("type"), node.child_by_field_name("declarator")
    value = declarator.child_by_field_name("value") if declarator is not None else None
    if value is None or declarator is None:
        return Level(0, (text(node),))
    head = f"{text(kind)} {text(declarator.child_by_field_name('name'))} ="
    return Level(_CONTINUED, (head, Break(" "), Level(0, _parts(value)), ";"))


_STATEMENTS = {"expression_statement": _statement, "local_variable_declaration": _declaration}


def _parts(node: Node) -> tuple[Doc, ...]:
    """Read an expression; what is of no kind that breaks is text."""
    makers = {
        "method_invocation": _call, "object_creation_expression": _creation, "lambda_expression": _lambda,
        "array_creation_expression": _array, "cast_expression": _cast, "unary_expression": _signed,
    }  # fmt: skip
    maker = makers.get(node.type)
    return (text(node),) if maker is None else maker(node)


def _call(node: Node) -> tuple[Doc, ...]:
    """Read `add(..)`, `Cart.add(..)`, `cart.first(..).second(..)`: behind the first call of a chain each breaks."""
    chain = list(_chain(node))[::-1]
    first = chain[0].child_by_field_name("object")
    made = first is not None and first.type == "object_creation_expression"
    begin = () if first is None else (*_parts(first), *(() if made else (".",)))
    if len(chain) == 1 and not made:
        return (*begin, *_invoked(chain[0]))
    parts: list[Doc] = [*begin]
    joins = not made and (first is None or text(first)[:1].isupper() or len(text(first)) <= _CONTINUED)
    if not joins and not made:
        parts = [text(first)]
    for n, one in enumerate(chain):
        parts += _invoked(one) if n == 0 and joins else [Break(), ".", *_invoked(one)]
    return (Level(_CONTINUED, tuple(parts)),)


def _chain(node: Node) -> Iterator[Node]:
    one: Node | None = node
    while one is not None and one.type == "method_invocation":
        yield one
        one = one.child_by_field_name("object")


def _invoked(node: Node) -> tuple[Doc, ...]:
    return (text(node.child_by_field_name("name")), _arguments(node.child_by_field_name("arguments")))


def _creation(node: Node) -> tuple[Doc, ...]:
    if any(one.type == "class_body" for one in node.named_children):
        return (text(node),)
    return (f"new {text(node.child_by_field_name('type'))}", _arguments(node.child_by_field_name("arguments")))


def _arguments(node: Node | None) -> Level:
    listed = [] if node is None else node.named_children
    if not listed:
        return Level(0, (text(node),))
    if len(listed) > 1 and listed[0].type == "string_literal" and _is_format(text(listed[0])):
        rest = (text(listed[0]), ",", Break(" "), Level(0, _listed(listed[1:])))
        return Level(_CONTINUED, ("(", Break(), Level(0, rest), ")"))
    return Level(_CONTINUED, ("(", Break(), Level(0, _listed(listed)), ")"))


def _is_format(literal: str) -> bool:
    return "%" in literal or any(f"{{{digit}}}" in literal for digit in range(10))


def _listed(nodes: list[Node]) -> tuple[Doc, ...]:
    fills = all(one.type.endswith(_LITERALS) and len(text(one)) < _SHORT for one in nodes)
    parts: list[Doc] = []
    for n, one in enumerate(nodes):
        parts += [",", Break(" ", fills=fills)] if n else []
        parts += _parts(one)
    return tuple(parts)


def _lambda(node: Node) -> tuple[Doc, ...]:
    body = node.child_by_field_name("body")
    if body is None or body.type == "block":
        return (text(node),)
    head = f"{text(node.child_by_field_name('parameters'))} ->"
    return (Level(_CONTINUED, (head, Break(" "), Level(0, _parts(body)))),)


def _array(node: Node) -> tuple[Doc, ...]:
    value = node.child_by_field_name("value")
    if value is None or not value.named_children:
        return (text(node),)
    head = text(node)[: value.start_byte - node.start_byte]
    items = Level(0, _listed(value.named_children))
    return (head, Level(2, ("{", Break(), items, Break(indent=-2), "}")))


def _cast(node: Node) -> tuple[Doc, ...]:
    kind, value = node.child_by_field_name("type"), node.child_by_field_name("value")
    if value is None:
        return (text(node),)
    return (Level(_CONTINUED, (f"({text(kind)})", Break(" "), Level(0, _parts(value)))),)


def _signed(node: Node) -> tuple[Doc, ...]:
    operand = node.child_by_field_name("operand")
    return (text(node),) if operand is None else (text(node)[: operand.start_byte - node.start_byte], *_parts(operand))
