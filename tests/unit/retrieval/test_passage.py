from __future__ import annotations

from retrieval.passage import searchable
from tests.unit.retrieval.conftest import MakeChunk


def test_title_and_headings_stand_before_the_text(make_chunk: MakeChunk) -> None:
    chunk = make_chunk("Five days.", title="Handbook", headings=("Refunds", "How long"))
    assert searchable(chunk) == "Handbook > Refunds > How long\nFive days."


def test_a_heading_equal_to_the_title_is_said_once(make_chunk: MakeChunk) -> None:
    assert searchable(make_chunk("x", title="Refunds", headings=("Refunds", "Time"))) == "Refunds > Time\nx"


def test_without_title_and_headings_there_is_only_the_text(make_chunk: MakeChunk) -> None:
    assert searchable(make_chunk("x", title="", headings=("",))) == "x"
