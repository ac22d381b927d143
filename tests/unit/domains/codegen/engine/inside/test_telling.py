"""A test of an object asserts what notices something, and a few attributes that say what it is."""

from __future__ import annotations

from dataclasses import replace

from domains.codegen.engine.inside.scenarios import Seen
from domains.codegen.engine.inside.telling import telling, told_apart

TABLE = ("table", repr(dict.fromkeys(range(9), "word" * 9)))
PLAIN = [(f"field_{n}", str(n)) for n in range(9)]


def made(*parts: tuple[str, str], kind: str = "object") -> tuple[Seen, ...]:
    return (Seen("object", ""), Seen(kind, "Cart", "Cart", parts=parts))


def test_attributes_that_differ_are_told() -> None:
    one = made(("limit", "3"), ("lines", "[]"), ("total", "0"))
    assert told_apart(one, made(("limit", "4"), ("lines", "[]"), ("total", "1"))) == {"limit", "total"}
    assert told_apart(one, made(("limit", "3"), ("lines", "[]"))) == {"total"}


def test_a_difference_elsewhere_needs_no_attribute() -> None:
    one = made(("limit", "3"))
    assert told_apart(one, made(("limit", "4"), kind="raises")) == frozenset()
    assert told_apart(one, (Seen("value", "1"), one[1])) == frozenset()
    assert told_apart(one, one[:1]) == frozenset()
    assert told_apart((), ()) == frozenset()
    assert told_apart(one, one) == frozenset()


def test_what_notices_is_kept_and_few_others() -> None:
    seen = telling(made(*PLAIN, TABLE), [{"table"}, {"table", "field_8"}, ()])
    names = [name for name, _ in seen[-1].parts]
    assert names == ["field_0", "field_1", "field_2", "field_3", "field_4", "table"]


def test_a_long_attribute_that_notices_nothing_is_left_out() -> None:
    seen = telling(made(TABLE, *PLAIN[:2]), [()])
    assert [name for name, _ in seen[-1].parts] == ["field_0", "field_1"]


def test_one_attribute_that_notices_most_stands_for_others() -> None:
    short, long = ("short", "1"), ("long", "'" + "x" * 200 + "'")
    seen = telling(made(long, short), [{"short", "long"}, {"short"}, {"short"}])
    assert [name for name, _ in seen[-1].parts] == ["short"]


def test_all_that_notice_are_kept_however_many() -> None:
    seen = telling(made(*PLAIN), [{name} for name, _ in PLAIN])
    assert seen == made(*PLAIN)


def test_an_attribute_that_only_the_mutant_has_asks_for_nothing() -> None:
    assert telling(made(*PLAIN[:2]), [{"absent"}, {"absent", "field_1"}]) == made(*PLAIN[:2])
    assert telling(made(), [{"absent"}]) == made()


def test_what_is_no_object_stays_as_it_is() -> None:
    seen = (Seen("value", "3", "int"),)
    assert telling(seen, [frozenset()]) == seen
    assert telling(seen, []) == (replace(seen[0]),)
