"""Parameters as a reader of the signature, its documentation and its body would describe them."""

from __future__ import annotations

import pytest

from domains.codegen.engine.trees import walk
from domains.codegen.javascript.documentation import read_doc
from domains.codegen.javascript.parameters import Parameter, parameters
from domains.codegen.javascript.parsing import parse

FUNCTIONS = {"function_declaration", "arrow_function", "method_definition"}


def read(source: str, language: str = "javascript", doc: str = "") -> tuple[Parameter, ...]:
    root = parse(source.encode(), language).root_node
    node = next(node for node in walk(root) if node.type in FUNCTIONS)
    return parameters(node, read_doc(doc, {}), {})


def kind(parameter: Parameter) -> str | None:
    return None if parameter.type is None else str(parameter.type["k"])


def test_names_come_in_their_order_and_nothing_is_invented_about_them() -> None:
    first, second = read("function f(price, /* per cent */ rate) {}")
    assert (first.name, second.name) == ("price", "rate")
    assert (first.type, first.default, first.optional, first.rest, first.uses) == (None, None, False, False, ())


def test_the_single_parameter_of_an_arrow_needs_no_brackets() -> None:
    (one,) = read("const f = price => price * 2;")
    assert one.name == "price"
    assert "number" in one.uses


@pytest.mark.parametrize(
    ("written", "kept"),
    [("rate = 0.5", "0.5"), ("rate = -1", "-1"), ("rate = [1, 2]", "[1, 2]"), ("rate = 'a b'", "'a b'")],
)
def test_a_default_is_kept_as_it_is_written_and_makes_it_optional(written: str, kept: str) -> None:
    (one,) = read(f"function f({written}) {{}}")
    assert (one.name, one.default, one.optional) == ("rate", kept, True)


def test_a_rest_takes_what_is_left_and_its_type_is_that_of_one() -> None:
    plain, rest = read("function f(first: string, ...others: number[]) {}", "typescript")
    assert (plain.rest, rest.rest, rest.name) == (False, True, "others")
    assert (kind(plain), kind(rest)) == ("string", "number")


def test_types_of_typescript_are_read_and_a_question_mark_is_optional() -> None:
    name, age = read("function f(name: string, age?: number) {}", "typescript")
    assert (kind(name), name.optional) == ("string", False)
    assert (kind(age), age.optional) == ("number", True)


def test_the_receiver_of_typescript_is_no_parameter() -> None:
    assert [one.name for one in read("function f(this: Window, n: number) {}", "typescript")] == ["n"]


def test_documented_types_count_where_none_is_declared() -> None:
    doc = "/**\n * @param {string} name\n * @param {number} [age] in years\n */"
    name, age, other = read("function f(name, age, other) {}", doc=doc)
    assert (kind(name), kind(age), kind(other)) == ("string", "number", None)
    assert (name.optional, age.optional) == (False, True)


def test_a_declared_type_is_believed_before_a_documented_one() -> None:
    (one,) = read("function f(n: number) {}", "typescript", doc="/** @param {string} n */")
    assert kind(one) == "number"


def test_a_pattern_is_an_object_with_these_fields() -> None:
    (one,) = read("function f({ price, rate = 0.5, who: buyer }) {}")
    assert one.name == "argument0"
    assert one.type is not None
    fields = [(field["name"], field["optional"]) for field in one.type["fields"]]
    assert fields == [("price", False), ("rate", True), ("who", False)]


def test_what_the_body_does_with_it_is_said_beside() -> None:
    text, count, back = read("function f(a, b, c) { a.toUpperCase(); b.toFixed(2); c(a); }")
    assert text.uses[0] == "string"
    assert count.uses[0] == "number"
    assert back.uses[0] == "function"
