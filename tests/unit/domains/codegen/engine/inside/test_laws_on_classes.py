"""Laws over objects, keys and several ways: the shapes in which real modules state them."""

from __future__ import annotations

import ast
import time

import pytest

from domains.codegen.engine.inside.laws import Verdict, known, told, verdict
from domains.codegen.engine.inside.running import Runner, Subject
from tests.unit.domains.codegen.engine.inside.conftest import Load
from tests.unit.domains.codegen.engine.inside.test_laws import found, shown
from tests.unit.domains.codegen.engine.inside.test_search import searched

POINT = """
import dataclasses

@dataclasses.dataclass
class Point:
    x: int
    y: int

    def to_text(self) -> str:
        return f'{self.x},{self.y}'

    @classmethod
    def from_text(cls, text: str) -> 'Point':
        x, y = text.split(',')
        return cls(int(x), int(y))
"""
CODES = """
def encode(text: str) -> str:
    if not text.isascii():
        raise ValueError(text)
    return text.swapcase() + '!'

def decode(text: str) -> str:
    return text[:-1].swapcase()
"""


def test_what_is_read_back_from_text_is_written_the_same(load: Load) -> None:
    """Texts that are refused are no counter-examples; that too few are taken is a reason not to state the law."""
    standings, _, _ = found(load(POINT))
    assert all(standing.counter is None for standing in standings)


@pytest.mark.parametrize(
    ("example", "ending"),
    [(("'ab'",), "holds"), (("'AbC!'",), "holds"), (("'é'",), "outside"), (("1",), "outside"), (("''",), "holds")],
)
def test_a_verdict_about_one_example(load: Load, example: tuple[str, ...], ending: str) -> None:
    subject = load(CODES)
    (standing,) = [s for s in found(subject)[0] if s.law.left == "decode(encode(text))"]
    assert verdict(Runner(subject, Subject.names(subject.module)), standing.law, example).ending == ending


def test_a_verdict_tells_both_sides(load: Load) -> None:
    subject = load(CODES)
    (standing,) = [s for s in found(subject)[0] if s.law.left == "decode(encode(text))"]
    runner = Runner(subject, Subject.names(subject.module))
    assert verdict(runner, standing.law, ("'ab'",)) == Verdict("holds", "'ab'", "'ab'", telling=True, approx=False)
    assert verdict(runner, standing.law, ("''",)).left == "''"


def test_a_way_that_never_ends_is_no_counter_example(load: Load) -> None:
    subject = load(
        "def total(n: int) -> int:\n    while n > 20:\n        pass\n    return n * 2\n"
        "def total_slow(n: int) -> int:\n    while n > 20:\n        pass\n    return n + n\n"
    )
    search, listed, _ = searched(subject, budget=0.1)
    standings = known(search, listed, [], frozenset(), time.process_time() + 1.0)
    assert all(standing.counter is None for standing in standings)
    assert all(int(example[0]) <= 20 for standing in standings for example in standing.examples)


def test_a_sort_that_gains_an_item_is_not_said_to_keep_every_item(load: Load) -> None:
    source = (
        "def bubble_sort(items: list[int]) -> list[int]:\n    items.append(items.pop() if items else 0)\n"
        "    items.sort()\n    return items\n"
    )
    assert "keeps" not in {kind for kind, _ in shown(load(source))}  # the empty list gains an item


def test_what_is_told_of_a_law_is_plain(load: Load) -> None:
    (law,) = [told(s) for s in found(load(CODES))[0] if s.law.left == "decode(encode(text))"]
    assert law["symbols"] == ("decode", "encode")
    assert law["because"] == "names"
    assert law["tried"] >= 30
    assert len(law["examples"]) <= 40
    assert all(isinstance(ast.literal_eval(text), str) for (text,) in law["examples"])
    assert law["alphabet"] == "printed"
    assert law["counter"] is None


def test_telling_examples_come_first(load: Load) -> None:
    (law,) = [told(s) for s in found(load("def normalize(t: str) -> str: return t.strip()"))[0]]
    firsts = [ast.literal_eval(text) for (text,) in law["examples"][:5]]
    assert all(text != text.strip() for text in firsts)


@pytest.mark.parametrize("annotation", ["Literal['a', 'b']", "Mode"])
def test_types_of_few_values_are_not_drawn_beyond_them(load: Load, annotation: str) -> None:
    source = (
        "from typing import Literal, NewType\nMode = NewType('Mode', str)\n"
        f"def normalize(mode: {annotation}) -> str:\n    '''It is idempotent.'''\n"
        "    return mode if len(mode) < 4 else mode[1:]\n"
    )
    standings, _, _ = found(load(source))
    assert all(len(s.counter[0][0]) < 30 for s in standings if s.counter)
