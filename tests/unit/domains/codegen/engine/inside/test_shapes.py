"""Values that fit what probes found."""

from __future__ import annotations

import ast
import random
from typing import Any

import pytest

from domains.codegen.engine.inside.harvest import harvest
from domains.codegen.engine.inside.pools import Pools
from domains.codegen.engine.inside.probing import Shape
from domains.codegen.engine.inside.running import Subject
from domains.codegen.engine.inside.shapes import Fitting, foreign
from tests.unit.domains.codegen.engine.inside.conftest import Load


def values(shape: Shape, ours: dict[str, tuple[type, list[str]]] | None = None) -> list[Any]:
    chance = random.Random(1)
    fitting = Fitting(Pools(harvest(ast.parse(""), chance), {}, chance), chance, ours or {})
    names = Subject.names(type(ast)("empty"))
    return [eval(text, {**names, "Cart": Cart}) for text in fitting.values(shape)]  # noqa: S307 - sources of our own


class Cart:
    """A class of the package under test."""

    def checkout(self) -> int:
        """Pay."""
        return 1


def attributes(*names: str) -> Shape:
    return Shape(attributes={name: Shape() for name in names})


@pytest.mark.parametrize(
    ("shape", "kind"),
    [
        (attributes("upper", "strip"), str),
        (attributes("items", "keys"), dict),
        (attributes("append", "sort"), list),
        (Shape({"number"}), int),
        (Shape({"text"}), str),
        (Shape({"iter"}, item=Shape({"text"})), list),
    ],
)
def test_the_first_value_is_of_the_type(shape: Shape, kind: type) -> None:
    assert isinstance(values(shape)[0], kind)


def test_constants_it_is_compared_with_come_first() -> None:
    assert values(Shape({"text"}, equals={"'fast'": None}))[0] == "fast"


def test_functions_take_as_many_arguments_as_they_were_called_with() -> None:
    for function in values(Shape({"call"}, arity=3, result=Shape({"number"}))):
        assert isinstance(function(1, 2, 3), int | float)


def test_rows_are_dictionaries_with_the_keys_that_are_read() -> None:
    rows = values(Shape({"iter"}, item=Shape(keys={"'price'": None}, item=Shape({"number"}))))
    assert any(row and isinstance(row[0], dict) and "price" in row[0] for row in rows)


def test_an_object_nobody_knows_is_made_of_its_attributes() -> None:
    made = values(Shape(attributes={"radius": Shape({"number"}), "label": attributes("casefold")}))
    assert all(hasattr(one, "radius") and isinstance(one.label, str) for one in made)


def test_a_class_of_the_package_goes_before_a_look_alike() -> None:
    assert isinstance(values(attributes("checkout"), {"Cart": (Cart, ["Cart()"])})[0], Cart)


def test_classes_within_reach_come_with_calls_that_work(load: Load) -> None:
    subject = load("class Pair:\n  def __init__(self, a, b):\n    self.a = a - b\nclass Oops(OSError):\n  pass\n")
    names = Subject.names(subject.module)

    def works(text: str) -> bool:
        try:
            eval(text, dict(names))  # noqa: S307
        except Exception:  # noqa: BLE001
            return False
        return True

    assert {name: made for name, (_, made) in foreign(names, "", works).items()} == {"Pair": ["Pair(2, 3)"]}
