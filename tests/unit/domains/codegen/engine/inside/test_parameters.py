"""What a caller may pass."""

from __future__ import annotations

import datetime as dt
from collections import namedtuple

import pytest

from domains.codegen.engine.inside.parameters import parameters
from domains.codegen.engine.inside.running import Subject
from domains.codegen.engine.inside.targets import targets
from tests.unit.domains.codegen.engine.inside.conftest import Load


def plain(a, b: int, c=3, *rest, key, other=None, **options):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN002, ANN003, ANN201
    """Take everything that can be taken."""


def test_every_kind_is_told() -> None:
    found = {p.name: p for p in parameters(plain, None, {})}
    assert list(found) == ["a", "b", "c", "rest", "key", "other"]
    assert [name for name, p in found.items() if p.needed] == ["a", "b", "key"]
    assert [name for name, p in found.items() if p.keyword] == ["key", "other"]
    assert [name for name, p in found.items() if p.variadic] == ["rest"]
    assert [name for name, p in found.items() if p.typed] == ["b"]
    assert found["c"].default == 3


def test_what_has_no_signature_takes_nothing_known() -> None:
    assert parameters(dict.__init__, dict, {})[0].variadic
    assert parameters(namedtuple, None, {})[0].name == "typename"
    assert parameters(type, None, {}) == ()


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("class C:\n    pass", []),
        ("class C:\n    def __new__(cls, size):\n        return object.__new__(cls)", ["size"]),
        ("class C:\n    def __init__(self, size):\n        pass", ["size"]),
        ("from collections import namedtuple\nclass C(namedtuple('C', 'x y')):\n    pass", ["x", "y"]),
    ],
)
def test_a_constructor_is_found_where_the_class_has_it(load: Load, source: str, names: list[str]) -> None:
    subject = load(source)
    made = next(t for t in targets(subject.module, Subject.names(subject.module), frozenset()) if t.symbol == "C")
    assert [p.name for p in made.parameters if p.needed] == names


NAMED = """
from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


class Slot(NamedTuple):
    begin: datetime
    count: int = 1


def free(slot: Slot) -> bool:
    return slot.count > 0
"""


def test_fields_of_a_named_tuple_have_their_types_where_annotations_are_texts(load: Load) -> None:
    subject = load(NAMED)
    listed = targets(subject.module, Subject.names(subject.module), frozenset({"Slot"}))
    (slot,) = [target for target in listed if target.symbol == "Slot"]
    hints = {parameter.name: parameter.hint for parameter in slot.parameters}
    assert hints == {"begin": dt.datetime, "count": int}
