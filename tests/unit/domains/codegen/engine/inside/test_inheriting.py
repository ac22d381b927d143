"""A method that a class inherits is tested where it comes back to what the class writes itself."""

from __future__ import annotations

from domains.codegen.engine.inside.inheriting import inherited
from domains.codegen.engine.inside.running import Subject
from domains.codegen.engine.inside.targets import targets
from tests.unit.domains.codegen.engine.inside.conftest import Load

SOURCE = '''
import json
from abc import ABC, abstractmethod


class Shape(ABC):
    def __init__(self, size):
        self.size = size

    @abstractmethod
    def area(self):
        """Say how much there is."""

    @property
    def name(self):
        return "shape"

    def doubled(self):
        return self.area() * 2

    def described(self):
        return f"{self.title()}: {self.doubled()}"

    def title(self):
        return self.name

    def other(self):
        return self.size

    def _hidden(self):
        return self.area()

    def __str__(self):
        return self.described()


class Square(Shape):
    def area(self):
        return self.size**2


class Named(Square):
    @property
    def name(self):
        return "named"

    def doubled(self):
        return 0


class Plain(Shape):
    pass


class Encoder(json.JSONEncoder):
    def default(self, o):
        return str(o)
'''


def symbols(subject: Subject, owner: str) -> list[str]:
    listed = targets(subject.module, Subject.names(subject.module), frozenset())
    return [target.symbol for target in listed if target.symbol.startswith(f"{owner}.")]


def test_methods_that_lead_to_the_classs_own_are_found_by_any_number_of_calls(load: Load) -> None:
    module = load(SOURCE).module
    assert set(inherited(module.Square)) == {"doubled", "described", "_hidden", "__str__"}
    assert inherited(module.Square)["doubled"] is module.Shape.doubled


def test_a_property_of_the_class_is_reached_too_and_what_it_overrides_is_its_own(load: Load) -> None:
    found = inherited(load(SOURCE).module.Named)
    assert {"title", "described", "__str__"} <= set(found)
    assert "doubled" not in found
    assert "other" not in found


def test_a_class_that_writes_nothing_inherits_nothing_to_test(load: Load) -> None:
    assert inherited(load(SOURCE).module.Plain) == {}


def test_bases_of_other_packages_are_their_own_business(load: Load) -> None:
    assert inherited(load(SOURCE).module.Encoder) == {}


def test_a_constructor_is_no_inherited_method(load: Load) -> None:
    source = "class A:\n    def __init__(self):\n        self.go()\nclass B(A):\n    def go(self):\n        return 1\n"
    assert inherited(load(source).module.B) == {}


def test_public_ones_are_targets_of_the_class(load: Load) -> None:
    assert symbols(load(SOURCE), "Square") == [
        "Square.area", "Square.doubled", "Square.described", "Square.__str__"
    ]  # fmt: skip


def test_one_that_is_wanted_by_its_name_is_found(load: Load) -> None:
    subject = load(SOURCE)
    (found,) = targets(subject.module, Subject.names(subject.module), frozenset({"Square.doubled"}))
    assert (found.callee, found.owner) == ("subject.doubled", "Square")
