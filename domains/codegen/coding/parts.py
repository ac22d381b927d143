"""Functions and tests of JavaScript, TypeScript and Java as pieces of a file: found by name, put anew, made to fail."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node

from domains.codegen.coding import syntax
from domains.codegen.engine.trees import text, walk

_FUNCTIONS = {"arrow_function", "function_expression", "function", "generator_function"}
_NAMED = {
    "function_declaration", "generator_function_declaration", "method_definition", "method_declaration",
    "constructor_declaration",
}  # fmt: skip
_VALUED = {
    "variable_declarator": "name",
    "pair": "key",
    "public_field_definition": "name",
    "field_definition": "property",
}
_OWNERS = {
    "class_declaration", "class", "abstract_class_declaration", "record_declaration", "enum_declaration",
    "interface_declaration",
}  # fmt: skip
_TESTS = re.compile(r"(?:test|it)(?:\.(?:only|concurrent|failing))*(?:\.each\b.*)?", re.DOTALL)
HOOKS = ("beforeEach", "beforeAll", "afterEach", "afterAll")
_HOOK_MARKS = re.compile(r"@(?:Before|After)(?:Each|All)\b")
_FILLED = re.compile(r"%[psdifjo#%]|\\?\$(?:\{[^}]*\}|[\w.]+)")


@dataclass(frozen=True, slots=True)
class Part:
    """A function, method, test or hook. `name` is `name`, `Class.name`, or a test's full title; lines count from 1."""

    name: str
    kind: str
    node: Node

    @property
    def start(self) -> int:
        """Its first line."""
        return self.node.start_point[0] + 1

    @property
    def end(self) -> int:
        """Its last line."""
        return self.node.end_point[0] + 1

    @property
    def text(self) -> str:
        """Its own text, at the margin."""
        return _dedented(self.node)


def functions(path: str, source: str) -> list[Part]:
    """Return functions and methods, in the order of the text; nothing for a language that is not read here."""
    return list(_functions(syntax.root(path, source)))


def tests(path: str, source: str) -> list[Part]:
    """Return tests and what runs around them: Jest's calls by their titles, JUnit's methods by their names."""
    root = syntax.root(path, source)
    if syntax.grammar_of(path) == "java":
        return [Part(one.name.rpartition(".")[2], _kind(one.node), one.node) for one in _functions(root)]
    return list(_calls(root))


def find(parts: list[Part], name: str) -> Part | None:
    """Return the part of that name, else the only one whose name ends so: without its class, or its block's title."""
    exact = [one for one in parts if one.name == name]
    last = re.split(r"[.#:]+", name)[-1] if re.fullmatch(r"[\w$.#:]+", name) else name
    ending = [one for one in parts if one.name.rpartition(".")[2] == last or one.name.endswith(f" {name}")]
    return exact[0] if exact else ending[0] if len(ending) == 1 else None


def at_line(parts: list[Part], line: int) -> Part | None:
    """Return the innermost part that a line lies in."""
    around = [one for one in parts if one.start <= line <= one.end]
    return min(around, key=lambda one: one.end - one.start, default=None)


def belongs(test: str, name: str) -> bool:
    """Whether what the runner calls `test` is the test of that title, or a row of its table."""
    pattern = ".*".join(re.escape(piece) for piece in _FILLED.split(name))
    return (
        test == name
        or test.startswith(f"{name}, row ")
        or (bool(_FILLED.search(name)) and re.fullmatch(pattern, test, re.DOTALL) is not None)
    )


def replaced(source: str, part: Part, code: str) -> str:
    """Put code in the place of a part, at its indentation."""
    whole = source.encode()
    line = whole[whole.rfind(b"\n", 0, part.node.start_byte) + 1 : part.node.start_byte].decode()
    indent = line[: len(line) - len(line.lstrip())]
    lines = code.splitlines()
    fitted = "\n".join([lines[0], *(indent + one if one.strip() else "" for one in lines[1:])])
    return (whole[: part.node.start_byte] + fitted.encode() + whole[part.node.end_byte :]).decode()


def written(path: str, code: str, part: Part) -> str | None:
    """Take the part of that name out of what a model wrote; None where it does not parse or is not there."""
    for wrapped in (code, f"class Wrapped {{\n{code}\n}}"):
        root = syntax.root(path, wrapped)
        if root is None or root.has_error:
            continue
        listed = functions(path, wrapped) if part.kind == "function" else tests(path, wrapped)
        found = next((one for one in listed if one.kind == part.kind and _alike(one, part)), None)
        if found is not None:
            return found.text
    return None


def failing(source: str, function: Part) -> str | None:
    """Return the file with a function that does nothing but fail; None where it has no body to change."""
    body = next(
        (one for one in walk(function.node) if one.type in {"statement_block", "block", "constructor_body"}), None
    )
    arrow = next((one for one in walk(function.node) if one.type == "arrow_function"), None)
    whole = source.encode()
    inner = arrow.child_by_field_name("body") if arrow is not None else None
    if inner is not None and inner.type != "statement_block":
        fails = b'{ throw new Error("made to fail"); }'
        return (whole[: inner.start_byte] + fails + whole[inner.end_byte :]).decode()
    if body is None or body.type == "constructor_body":
        return None
    java = body.type == "block"
    fails = (
        b' if (true) throw new IllegalStateException("made to fail");' if java else b' throw new Error("made to fail");'
    )
    return (whole[: body.start_byte + 1] + fails + whole[body.start_byte + 1 :]).decode()


def assertions(part: Part) -> int:
    """Count what a test asserts: matchers on `expect(..)`, and calls of assert and fail."""
    return sum(_asserts(one) for one in walk(part.node))


def called(part: Part) -> list[str]:
    """Return names of functions, methods and classes that a part calls, in the order of the text."""
    found: dict[str, None] = {}
    for node in walk(part.node):
        if node.type in {"call_expression", "new_expression", "method_invocation", "object_creation_expression"}:
            field = {"call_expression": "function", "new_expression": "constructor", "method_invocation": "name"}
            name = node.child_by_field_name(field.get(node.type, "type"))
            found[text(name).rpartition(".")[2]] = None
    return list(found)


def _functions(root: Node | None) -> Iterator[Part]:
    for node in walk(root) if root is not None else ():
        if node.type in _NAMED:
            yield Part(_qualified(node, text(node.child_by_field_name("name"))), "function", node)
        elif node.type in _VALUED:
            value = node.child_by_field_name("value")
            if value is not None and value.type in _FUNCTIONS:
                yield Part(
                    _qualified(node, text(node.child_by_field_name(_VALUED[node.type]))), "function", _statement(node)
                )
        elif node.type == "assignment_expression":
            value, left = node.child_by_field_name("right"), text(node.child_by_field_name("left"))
            if value is not None and value.type in _FUNCTIONS and "." in left:
                yield Part(left.rpartition(".")[2], "function", node)


def _statement(node: Node) -> Node:
    """Take `const f = ..` whole where it declares one name: what is written anew may be a function declaration."""
    above = node.parent
    alone = (
        above is not None
        and above.type in {"lexical_declaration", "variable_declaration"}
        and above.named_child_count == 1
    )
    return above if above is not None and alone else node


def _qualified(node: Node, name: str) -> str:
    above = node.parent
    while above is not None and above.type not in _OWNERS:
        above = above.parent
    owner = "" if above is None else text(above.child_by_field_name("name"))
    return f"{owner}.{name}" if owner else name


def _calls(root: Node | None) -> Iterator[Part]:
    for node in walk(root) if root is not None else ():
        if node.type != "call_expression":
            continue
        function = text(node.child_by_field_name("function"))
        title = _title(node)
        if function in HOOKS:
            yield Part(function, "hook", node)
        elif title is not None and _TESTS.fullmatch(function):
            yield Part(" ".join([*_blocks(node), title]), "test", node)


def _title(call: Node) -> str | None:
    arguments = call.child_by_field_name("arguments")
    first = arguments.named_children[0] if arguments is not None and arguments.named_children else None
    if first is None or first.type not in {"string", "template_string"}:
        return None
    return re.sub(r"\\(['\"`\\])", r"\1", text(first)[1:-1])


def _blocks(node: Node) -> list[str]:
    titles: list[str] = []
    above = node.parent
    while above is not None:
        if above.type == "call_expression" and text(above.child_by_field_name("function")).startswith("describe"):
            titles.insert(0, _title(above) or "")
        above = above.parent
    return titles


def _kind(method: Node) -> str:
    return "hook" if _HOOK_MARKS.search(text(method)) else "test"


def _alike(one: Part, part: Part) -> bool:
    """Whether a part that was written has the name of another; a model leaves out the class or the block around it."""
    if part.kind == "function":
        return one.name.rpartition(".")[2] == part.name.rpartition(".")[2]
    return one.name == part.name or part.name.endswith(f" {one.name}")


def _asserts(node: Node) -> bool:
    if node.type == "method_invocation":
        return re.match(r"assert|fail$|verify", text(node.child_by_field_name("name"))) is not None
    function = node.child_by_field_name("function") if node.type == "call_expression" else None
    if function is None:
        return False
    if text(function).startswith("assert"):
        return True
    while function.type == "member_expression":
        inner = function.child_by_field_name("object")
        if inner is None:
            return False
        if inner.type == "call_expression" and text(inner.child_by_field_name("function")) == "expect":
            return True
        function = inner
    return False


def _dedented(node: Node) -> str:
    """Return the text of a node without the indentation of the line that it begins in."""
    first, *rest = text(node).split("\n")
    last = text(node).rpartition("\n")[2] if rest else ""
    margin = last[: len(last) - len(last.lstrip())]
    return "\n".join([first, *(line.removeprefix(margin) for line in rest)])
