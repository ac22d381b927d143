"""Laws that hold are found; what is true of a few values, or says nothing, is not."""

from __future__ import annotations

import ast
import random
import time
from pathlib import Path

import pytest

from domains.codegen.engine.claims import claims
from domains.codegen.engine.inside.kills import Mutation
from domains.codegen.engine.inside.laws import Standing, known, noticed, steady, told
from domains.codegen.engine.inside.running import Runner, Subject
from domains.codegen.engine.inside.search import Search
from domains.codegen.engine.inside.targets import targets
from tests.unit.domains.codegen.engine.inside.conftest import Load
from tests.unit.domains.codegen.engine.inside.test_search import searched

LATER = 3600.0


def found(subject: Subject) -> tuple[list[Standing], Search, ast.Module]:
    search, listed, tree = searched(subject, budget=0.15)
    said = [claim.fields() for claim in claims(tree)]
    taken = frozenset(Subject.names(subject.module))
    return known(search, listed, said, taken, time.process_time() + LATER), search, tree


def shown(subject: Subject) -> set[tuple[str, str]]:
    return {(standing.law.kind, standing.law.left) for standing in found(subject)[0] if standing.holds}


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        (
            "def encode(t: str) -> bytes: return t.encode()\ndef decode(b: bytes) -> str: return b.decode()",
            {("inverse", "decode(encode(t))"), ("inverse", "encode(decode(b))")},
        ),
        (
            (
                "def rot(t: str, key: int): return ''.join(chr((ord(c) + key) % 1114111) for c in t)\n"
                "def unrot(t: str, key: int): return ''.join(chr((ord(c) - key) % 1114111) for c in t)"
            ),
            {("inverse", "unrot(rot(t, key), key)"), ("inverse", "rot(unrot(t, key), key)")},
        ),
        ("def normalize(t: str) -> str: return ' '.join(t.split())", {("idempotent", "normalize(normalize(t))")}),
        ("def add(a: int, b: int) -> int: return a + b", {("commutative", "add(a, b)")}),
        (
            "def my_sort(items: list[int]) -> list[int]: return sorted(items)",
            {("sorted", "list(my_sort(items))"), ("keeps", "sorted(my_sort(items))")},
        ),
        ("def sort_unique(items: list[int]): return sorted(set(items))", {("sorted", "list(sort_unique(items))")}),
        (
            "def total(n: int) -> int: return n * 3\ndef total_slow(n: int) -> int: return n + n + n",
            {("agrees", "total(n)")},
        ),
        (
            "def to_f(c: float) -> float: return c * 2 + 32\ndef from_f(f: float) -> float: return (f - 32) / 2",
            {("inverse", "to_f(from_f(f))"), ("inverse", "from_f(to_f(c))")},
        ),
    ],
)
def test_what_holds_is_found(load: Load, source: str, wanted: set[tuple[str, str]]) -> None:
    assert wanted <= shown(load(source))


@pytest.mark.parametrize(
    "source",
    [
        "def encode(t: str) -> str: return t\ndef decode(t: str) -> str: return t",  # says nothing
        "def normalize(t: str) -> str: return t",
        "def normalize(n: int) -> int: return min(n, 100) - 1",  # false
        "def normalize(t: str) -> str: return t.replace('  ', ' ')",  # true of most texts only
        "def clean(t: str) -> str: return t[1:] if t.startswith('\\t') else t",
        "def add(a: str, b: str) -> str: return a + b",
        "def distance(a: int, b: int) -> int: return a - b",
        "def gcd(a: int, b: int) -> int: return 1",  # always the same
        "def normalize(flag: bool) -> str: return 'yes' if flag else 'no'",  # too few values
        "def encode(n: int) -> str: return str(n % 1000)\ndef decode(s: str) -> int: return int(s)",
        "def my_sort(items: list[int]) -> list[int]: return sorted(items, key=abs)",
        "def total(n: int) -> int: return n * 3\ndef total_slow(n: int) -> int: return n * 3 if n < 500 else 0",
        "def halve(n: int) -> float: return n / 2\ndef dup(x: float) -> int: return int(x) * 2",
    ],
)
def test_what_is_false_or_says_nothing_is_not_found(load: Load, source: str) -> None:
    kinds = {kind for kind, _ in shown(load(source))}
    assert not kinds - ({"keeps"} if "my_sort" in source else set())


def test_a_stated_law_that_is_false_comes_with_its_counter_example(load: Load) -> None:
    subject = load(
        "def encode(t: str) -> str:\n    return t.upper()\n"
        "def decode(t: str) -> str:\n    '''The inverse of encode.'''\n    return t.lower()\n"
    )
    wrong = [standing for standing in found(subject)[0] if standing.counter]
    assert [standing.law.because for standing in wrong] == ["The inverse of encode."]
    counter = told(wrong[0])["counter"]
    (example,) = counter["example"]
    assert ast.literal_eval(example).upper().lower() != ast.literal_eval(example)
    assert counter["left"] == repr(ast.literal_eval(example).upper().lower())


def test_a_false_law_that_only_a_name_suggests_is_no_bug(load: Load) -> None:
    standings, _, _ = found(
        load("def encode(t: str) -> str: return t.upper()\ndef decode(t: str) -> str: return t.lower()")
    )
    assert standings == []


def test_the_reach_of_the_domain_is_told(load: Load) -> None:
    subject = load(
        "def encode(n: int) -> str:\n    if not 1 <= n <= 3999:\n        raise ValueError\n    return f'<{n}>'\n"
        "def decode(s: str) -> int: return int(s[1:-1])\n"
    )
    (law,) = [told(standing) for standing in found(subject)[0] if standing.law.left == "decode(encode(n))"]
    assert law["bounds"] == [("1", "3999")]


def test_the_widest_alphabet_that_is_taken_whole_is_told(load: Load) -> None:
    subject = load(
        "def encode(t: str) -> str:\n    if t.strip('abcdefghijklmnopqrstuvwxyz'):\n        raise ValueError\n"
        "    return t[::-1] + '.'\n"
        "def decode(t: str) -> str: return t[-2::-1]\n"
    )
    (law,) = [told(standing) for standing in found(subject)[0] if standing.law.left == "decode(encode(t))"]
    assert law["alphabet"] == "lower"


def test_a_law_notices_the_mutants_that_break_it(load: Load) -> None:
    subject = load("def encode(n: int) -> str: return str(n + 7)\ndef decode(s: str) -> int: return int(s) - 7\n")
    standings, search, tree = found(subject)
    names = Subject.names(subject.module)
    mutation = Mutation(subject, tree, search, targets(subject.module, names, frozenset()), standings)
    fates = mutation.judge(time.monotonic() + LATER, lambda _done, _of: None)
    noticing = {fate.change for fate in fates if fate.laws}
    assert {"n + 7 -> n - 7", "int(s) - 7 -> int(s) + 7"} <= noticing
    assert all(mutation.notices(standing) for standing in standings)


def test_a_law_that_changes_with_the_load_is_not_steady(load: Load) -> None:
    subject = load("def normalize(t: str) -> str: return ' '.join(t.split())")
    (standing,) = found(subject)[0]
    assert steady(standing, Runner(subject, Subject.names(subject.module)))
    Path(subject.path).write_text("def normalize(t: str) -> str: return t + ' '")
    changed = Runner(subject, Subject.names(subject.load(None)))
    assert not steady(standing, changed)
    assert noticed(standing, changed)


def test_nothing_is_tried_when_there_is_no_time(load: Load) -> None:
    search, listed, _ = searched(load("def normalize(t: str) -> str: return t.strip()"), budget=0.1)
    assert known(search, listed, [], frozenset(), time.process_time() - 1) == []


def test_chance_is_the_searchs_own(load: Load) -> None:
    random.seed(1)
    subject = load("def normalize(t: str) -> str: return t.strip()")
    search, listed, _ = searched(subject, budget=0.1)
    before = random.getstate()
    search.chance = random.Random(8)
    first = [told(s)["examples"] for s in known(search, listed, [], frozenset(), time.process_time() + LATER)]
    search.chance = random.Random(8)
    again = [told(s)["examples"] for s in known(search, listed, [], frozenset(), time.process_time() + LATER)]
    assert first == again
    assert before is not None
