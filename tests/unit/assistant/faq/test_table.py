"""Exact and nearest over a handful of entries, and their way through Redis."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.faq import snapshot
from assistant.faq.table import EVERYBODY, Entry, Table, Way


def unit(*values: float) -> np.ndarray:
    vector = np.array(values, np.float32)
    return vector / np.linalg.norm(vector)


def entry(number: int, *ways: Way, language: str = "en", access: frozenset[str] = EVERYBODY) -> Entry:
    return Entry(number, f"k{number}", language, "general", "faq", ways[0].text, f"answer {number}", access, ways)


A = entry(1, Way("first", "first", unit(1, 0, 0)), Way("also first", "also first", unit(1, 0.1, 0)))
B = entry(2, Way("second", "second", unit(0.9, 0.5, 0)))
C = entry(3, Way("second", "second", unit(0, 0, 1)), access=frozenset({"staff"}))
D = entry(4, Way("zweite", "zweite", None), language="zh")


@pytest.fixture
def table() -> Table:
    return Table(7, [A, B, C, D])


def test_the_nearest_comes_first(table: Table) -> None:
    found = table.nearest(unit(1, 0, 0), "en", EVERYBODY, k=8, least=0.5)
    assert [(c.entry.id, c.text) for c in found] == [(1, "first"), (1, "also first"), (2, "second")]
    assert found[2].score == pytest.approx(0.9 / np.hypot(0.9, 0.5), abs=1e-5)
    assert found[0].vector.tolist() == [1.0, 0.0, 0.0]


def test_what_is_too_far_or_for_others_is_left_out(table: Table) -> None:
    assert table.nearest(unit(0, 0, 1), "en", EVERYBODY, k=8, least=0.5) == []
    assert [c.entry.id for c in table.nearest(unit(0, 0, 1), "en", frozenset({"staff"}), k=8, least=0.5)] == [3]
    assert len(table.nearest(unit(1, 0, 0), "en", EVERYBODY, k=1, least=0.0)) == 1


def test_entries_without_a_vector_are_found_by_their_words_only(table: Table) -> None:
    assert table.nearest(unit(1, 0, 0), "zh", EVERYBODY, k=8, least=-1.0) == []
    match = table.exact("zweite", EVERYBODY)
    assert match is not None
    assert match.entry_id == 4


def test_of_two_entries_with_the_same_words_the_readable_one_answers(table: Table) -> None:
    both = (table.exact("second", EVERYBODY), table.exact("second", frozenset({"staff"})))
    assert [match.entry_id if match else None for match in both] == [2, 3]


def test_an_empty_table_answers_nothing() -> None:
    empty = Table(1, [])
    assert len(empty) == 0
    assert empty.exact("first", EVERYBODY) is None
    assert empty.nearest(unit(1, 0, 0), "en", EVERYBODY, k=8, least=0.0) == []


def test_a_table_comes_back_whole_from_its_bytes(table: Table) -> None:
    back = snapshot.parse(snapshot.dump(table, "e5"), "e5")
    assert back is not None
    assert back.version == 7
    assert [(e.id, e.access, e.answer) for e in back.entries] == [(e.id, e.access, e.answer) for e in table.entries]
    before, after = (t.nearest(unit(1, 0, 0), "en", EVERYBODY, k=8, least=0.5) for t in (table, back))
    assert [(c.entry.id, c.score, c.known) for c in before] == [(c.entry.id, c.score, c.known) for c in after]


def test_a_table_of_another_encoder_is_not_used(table: Table) -> None:
    assert snapshot.parse(snapshot.dump(table, "e5"), "bge") is None
