"""What a module offers to its tests."""

from __future__ import annotations

import pytest

from domains.codegen.javascript import structure
from domains.codegen.javascript.parsing import parse
from domains.codegen.javascript.structure import Structure, Target


def read(source: str, grammar: str = "javascript") -> Structure:
    return structure.read(parse(source.encode(), grammar).root_node, "shop")


def only(source: str, grammar: str = "javascript") -> Target:
    (target,) = read(source, grammar).targets
    return target


@pytest.mark.parametrize(
    ("source", "callee", "shown"),
    [
        ("function f(a) {}\nmodule.exports = { f };", "f", "f"),
        ("const f = (a) => a;\nmodule.exports = { g: f };", "g", "g"),
        ("const f = (a) => a;\nmodule.exports = f;", "*", "f"),
        ("module.exports = function (a) {};", "*", "shop"),
        ("exports.f = (a) => a;", "f", "f"),
        ("module.exports.f = function (a) {};", "f", "f"),
        ("module.exports = { f(a) {} };", "f", "f"),
        ("module.exports = { f: (a) => a };", "f", "f"),
        ("export function f(a) {}", "f", "f"),
        ("export const f = (a) => a;", "f", "f"),
        ("export default function f(a) {}", "default", "f"),
        ("function f(a) {}\nexport default f;", "default", "f"),
        ("export default (a) => a;", "default", "shop"),
        ("function f(a) {}\nexport { f };", "f", "f"),
        ("function f(a) {}\nexport { f as g };", "g", "g"),
        ("const o = { f(a) {} };\nmodule.exports = o;", "f", "f"),
        ("export const o = { f(a) {} };", "o.f", "o.f"),
    ],
)
def test_every_way_to_export_is_found(source: str, callee: str, shown: str) -> None:
    target = only(source)
    assert (target.kind, target.callee, target.shown) == ("call", callee, shown)
    assert [parameter.name for parameter in target.parameters] == ["a"]


def test_what_is_not_exported_is_named_for_the_reader() -> None:
    found = read("function hidden() {}\nconst other = () => 1;\n")
    assert found.targets == ()
    assert found.unexported == ("hidden", "other")


def test_a_class_gives_its_constructor_methods_statics_and_properties() -> None:
    found = read(
        "export class Cart { constructor(owner) {} add(item) {} get total() { return 1; } set total(v) {} "
        "static of(a) {} #hidden() {} _inner() {} }"
    )
    assert [(t.symbol, t.kind, t.callee) for t in found.targets] == [
        ("Cart", "class", "Cart"),
        ("Cart.add", "method", "add"),
        ("Cart.total", "get", "total"),
        ("Cart.of", "call", "Cart.of"),
    ]
    assert [p.name for p in found.targets[0].parameters] == ["owner"]


def test_private_methods_of_typescript_are_left_out() -> None:
    found = read("export class A { private a() {} protected b() {} public c() {} }", "typescript")
    assert [t.symbol for t in found.targets] == ["A", "A.c"]


def test_an_abstract_class_is_not_constructed() -> None:
    assert [t.kind for t in read("export abstract class A { static of() {} go() {} }", "typescript").targets] == [
        "call"
    ]


def test_parameters_carry_defaults_types_and_rests() -> None:
    target = only("export function f(a: number, b = 2, c?: string, ...d: boolean[]) {}", "typescript")
    assert [(p.name, p.default, p.optional, p.rest) for p in target.parameters] == [
        ("a", None, False, False),
        ("b", "2", True, False),
        ("c", None, True, False),
        ("d", None, True, True),
    ]
    assert target.parameters[0].type == {"k": "number"}
    assert target.parameters[3].type == {"k": "boolean"}


def test_a_destructured_parameter_is_an_object_with_its_fields() -> None:
    (parameter,) = only("export const f = ({ price, note = '' }) => price;").parameters
    assert parameter.type is not None
    assert [(f["name"], f["optional"]) for f in parameter.type["fields"]] == [("price", False), ("note", True)]


def test_jsdoc_types_stand_in_for_missing_ones() -> None:
    target = only(
        "/**\n * @param {number} a\n * @param {string} [b]\n * @returns {boolean}\n */\nexport function f(a, b) {}"
    )
    assert [(p.type, p.optional) for p in target.parameters] == [({"k": "number"}, False), ({"k": "string"}, True)]
    assert target.returns == {"k": "boolean"}


def test_the_result_of_an_async_function_is_not_held_to_its_type() -> None:
    assert only("export async function f(): Promise<number> { return 1; }", "typescript").returns is None


@pytest.mark.parametrize(("source", "modern"), [("export const a = 1;", True), ("module.exports = {};", False)])
def test_the_style_of_imports_is_that_of_the_module(source: str, modern: bool) -> None:
    assert read(source).modern is modern


def test_a_name_that_jest_has_itself_is_another_in_tests() -> None:
    """The whole file failed: the module's own `describe` was called in place of Jest's."""
    found = read("export default function describe(a) {}\nexport const test = (a) => a;")
    assert [(one.symbol, one.shown) for one in found.targets] == [("describe", "describeGiven"), ("test", "testGiven")]


def test_enumerations_that_are_exported_can_be_imported() -> None:
    source = "export enum Level { Low, High }\nenum Own { A }\nexport function f(level: Level, own: Own) {}"
    found = read(source, "typescript")
    assert [one.name for one in found.exports] == ["f", "Level"]
    (target,) = found.targets
    assert [one.type for one in target.parameters] == [
        {
            "k": "union",
            "of": [{"k": "literal", "source": f"Level.{name}", "kind": "number"} for name in ("Low", "High")],
        },
        {"k": "number"},
    ]


def test_a_type_variable_is_what_bounds_it() -> None:
    target = only("export function f<T extends { size: number }, U>(items: T[], other: U) {}", "typescript")
    field = {"name": "size", "type": {"k": "number"}, "optional": False}
    assert [one.type for one in target.parameters] == [
        {"k": "array", "of": {"k": "object", "fields": [field]}}, {"k": "any"},
    ]  # fmt: skip
