"""Which laws are proposed, and for what reason; chance alone is none."""

from __future__ import annotations

import pytest

from domains.codegen.engine.inside.algebra import Law, proposals
from domains.codegen.engine.inside.running import Subject
from domains.codegen.engine.inside.targets import targets
from tests.unit.domains.codegen.engine.inside.conftest import Load


def proposed(load: Load, source: str, said: list[dict[str, str]] | None = None) -> list[Law]:
    subject = load(source)
    names = Subject.names(subject.module)
    return proposals(targets(subject.module, names, frozenset()), said or [], frozenset(names))


def defined(*names: str, parameters: str = "x") -> str:
    return "\n".join(f"def {name}({parameters}): return {parameters.split(',', maxsplit=1)[0]}" for name in names)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("encode", "decode"),
        ("encode_url", "decode_url"),
        ("escape", "unescape"),
        ("compress_text", "decompress_text"),
        ("to_hex", "from_hex"),
        ("int_to_roman", "roman_to_int"),
        ("dumps", "loads"),
        ("parse_date", "format_date"),
        ("x2y", "y2x"),
        ("rot", "inverse_rot"),
    ],
)
def test_names_that_undo_each_other_are_tried_both_ways(load: Load, one: str, other: str) -> None:
    laws = {law.left for law in proposed(load, defined(one, other)) if law.kind == "inverse"}
    assert laws == {f"{one}({other}(x))", f"{other}({one}(x))"}


@pytest.mark.parametrize(
    ("one", "other"), [("encode_url", "decode_html"), ("start", "stop"), ("to_hex", "to_text"), ("a_to_b", "a_to_c")]
)
def test_names_that_do_not_undo_each_other(load: Load, one: str, other: str) -> None:
    assert [law for law in proposed(load, defined(one, other)) if law.kind == "inverse"] == []


def test_a_key_that_both_take_is_passed_to_both(load: Load) -> None:
    laws = proposed(load, defined("encrypt", "decrypt", parameters="text, key"))
    assert ("decrypt(encrypt(text, key), key)", ("text", "key")) in [(law.left, law.names) for law in laws]


def test_different_further_values_make_no_pair(load: Load) -> None:
    source = "def encode(text, key): return text\ndef decode(text, table): return text"
    assert proposed(load, source) == []


def test_types_that_lead_there_and_back_make_a_pair(load: Load) -> None:
    source = "def a(n: int) -> str: return str(n)\ndef b(s: str) -> int: return int(s)"
    assert {(law.left, law.because) for law in proposed(load, source)} == {
        ("a(b(s))", "signature"),
        ("b(a(n))", "signature"),
    }


@pytest.mark.parametrize("types", ["n: int) -> int", "n: object) -> str", "n) -> str", "n: int) -> bool"])
def test_types_that_say_too_little_make_no_pair(load: Load, types: str) -> None:
    assert proposed(load, f"def a({types}: return n\ndef b(s: str) -> int: return 1") == []


@pytest.mark.parametrize(
    ("name", "parameters", "kinds"),
    [
        ("normalize", "x", {"idempotent"}),
        ("strip_tags", "x", {"idempotent"}),
        ("gcd", "a, b", {"commutative"}),
        ("jaccard_similarity", "a, b", {"commutative"}),
        ("merge_sort", "items", {"sorted", "keeps"}),
        ("quicksort", "items", {"sorted", "keeps"}),
        ("sort_by", "items, key", {"idempotent"}),
        ("price", "x", set()),
        ("subtract", "a, b", set()),
        ("renormalize", "x", set()),
    ],
)
def test_names_of_one_function(load: Load, name: str, parameters: str, kinds: set[str]) -> None:
    assert {law.kind for law in proposed(load, defined(name, parameters=parameters))} == kinds


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [("total_fast", "total_slow", True), ("fib", "fib_memo", True), ("total", "count", False), ("fast", "slow", False)],
)
def test_two_ways_to_the_same(load: Load, one: str, other: str, agree: bool) -> None:
    laws = [law for law in proposed(load, defined(one, other)) if law.kind == "agrees"]
    assert bool(laws) is agree
    assert all((law.left, law.right) == (f"{one}(x)", f"{other}(x)") for law in laws)


def test_what_the_documentation_says_comes_first_and_once(load: Load) -> None:
    said = [{"kind": "inverse", "symbol": "decode", "other": "encode", "said": "The inverse of encode."}]
    laws = proposed(load, defined("encode", "decode"), said)
    assert (laws[0].left, laws[0].because) == ("decode(encode(x))", "The inverse of encode.")
    assert [law.left for law in laws].count("decode(encode(x))") == 1


def test_objects_and_the_classmethod_that_makes_them_again(load: Load) -> None:
    source = (
        "class Point:\n    def __init__(self, x: int) -> None: self.x = x\n"
        "    def to_text(self) -> str: return str(self.x)\n"
        "    @staticmethod\n    def from_text(text: str) -> 'Point': return Point(int(text))\n"
    )
    assert "Point.from_text(point.to_text())" in {law.left for law in proposed(load, source)}


def test_a_parameter_named_like_a_function_gets_another_name(load: Load) -> None:
    laws = proposed(load, "def encode(decode): return decode\ndef decode(x): return x")
    assert "decode(encode(given_decode))" in {law.left for law in laws}


def test_values_that_can_only_be_named_are_left_alone(load: Load) -> None:
    assert proposed(load, "def normalize(x, *, way): return x") == []
