from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.chunking.structure import Passage, split
from retrieval.config import ChunkingConfig
from retrieval.types import ParsedDocument, Section
from tests.unit.retrieval.conftest import HashingEncoder

SMALL = ChunkingConfig(target=20, most=40, overlap=6)
COUNT = HashingEncoder().count_tokens


def cut(*sections: Section, config: ChunkingConfig = SMALL) -> list[Passage]:
    return split(ParsedDocument("", sections), COUNT, config)


def sentences(count: int, start: int = 0) -> str:
    return " ".join(f"Sentence number {number} ends." for number in range(start, start + count))


def test_a_short_document_is_one_passage() -> None:
    assert cut(Section("Refunds take five days.", line=1)) == [Passage("Refunds take five days.", line=1, last_line=1)]


def test_a_document_of_nothing_has_no_passages() -> None:
    assert cut() == []
    assert cut(Section(""), Section(" \n ")) == []


def test_a_passage_never_crosses_headings() -> None:
    passages = cut(Section("About refunds.", ("Refunds",)), Section("About shipping.", ("Shipping",)))
    assert [(passage.text, passage.headings) for passage in passages] == [
        ("About refunds.", ("Refunds",)),
        ("About shipping.", ("Shipping",)),
    ]


def test_pages_under_one_heading_flow_together() -> None:
    passages = cut(Section("First page.", page=1), Section("Second page.", page=2))
    (passage,) = passages
    assert (passage.text, passage.page, passage.last_page) == ("First page.\n\nSecond page.", 1, 2)


def test_every_line_between_first_and_last_is_the_passage_s_own() -> None:
    lines = [f"Line {number} of the text says {number * 7}." if number % 4 else "" for number in range(1, 60)]
    for passage in cut(Section("\n".join(lines), line=1)):
        assert passage.line is not None
        assert passage.last_line is not None
        there = "\n".join(lines[passage.line - 1 : passage.last_line])
        assert passage.text.split("\n")[0] in there.split("\n")[0]
        assert passage.text.rstrip().split("\n")[-1] in there.split("\n")[-1]


def test_a_paragraph_cut_into_sentences_says_where_each_part_ends() -> None:
    text = "\n".join(f"Sentence number {number} ends here." for number in range(1, 13))
    passages = cut(Section(text, line=5, page=3))
    assert len(passages) > 2
    for passage in passages:
        first, last = (int(passage.text.split("\n")[place].split()[2]) for place in (0, -1))
        assert (passage.line, passage.last_line) == (4 + first, 4 + last)
        assert (passage.page, passage.last_page) == (3, 3)


def test_paragraphs_are_packed_up_to_the_target() -> None:
    text = "\n\n".join(f"Paragraph {number} has six words here." for number in range(9))
    passages = cut(Section(text))
    assert len(passages) > 2
    assert all(COUNT([passage.text])[0] <= SMALL.most for passage in passages)
    assert passages[0].text.startswith("Paragraph 0")


def test_neighbouring_passages_share_whole_sentences() -> None:
    passages = cut(Section(sentences(20)))
    for before, after in pairwise(passages):
        first = after.text.split(".")[0] + "."
        assert before.text.endswith(first)


def test_without_overlap_nothing_is_said_twice() -> None:
    passages = cut(Section(sentences(20)), config=ChunkingConfig(target=20, most=40, overlap=0))
    numbers = [word for passage in passages for word in passage.text.split() if word.isdigit()]
    assert numbers == [str(number) for number in range(20)]


def test_a_small_rest_joins_the_passage_before() -> None:
    passages = cut(Section(sentences(4) + " Bye."), config=ChunkingConfig(target=20, most=60, overlap=0))
    assert len(passages) == 1
    assert passages[0].text.endswith("Bye.")


def test_tables_stand_alone() -> None:
    passages = cut(Section("Fees:"), Section("a | b\n1 | 2", table=True), Section("After."))
    assert [passage.text for passage in passages] == ["Fees:", "a | b\n1 | 2", "After."]


def test_lines_lead_back_to_the_source() -> None:
    text = "\n\n".join(sentences(4, start) for start in range(0, 20, 4))
    lines = text.split("\n")
    for passage in cut(Section(text, line=1), config=ChunkingConfig(target=20, most=40, overlap=0)):
        assert passage.line is not None
        assert passage.text.split(".")[0] in lines[passage.line - 1]


def test_chinese_is_cut_at_its_own_marks() -> None:
    passages = cut(Section("退款需要五个工作日到账。" * 12))
    assert all(passage.text.endswith("。") for passage in passages)


@pytest.mark.parametrize(("target", "most", "overlap"), [(0, 0, 0), (10, 5, 0), (10, 20, 10), (10, 20, -1)])
def test_sizes_that_make_no_sense_are_refused(target: int, most: int, overlap: int) -> None:
    with pytest.raises(ValueError, match="chunk sizes"):
        ChunkingConfig(target, most, overlap)


WORDS = st.sampled_from(["refund", "退款", "five.", "天。", "days!", "\n\n", "\n", " ", "，", "Dr.", "x" * 30, "?"])


@settings(deadline=None, max_examples=80)
@given(st.lists(st.lists(WORDS, max_size=60).map(" ".join), max_size=4), st.integers(0, 6))
def test_whatever_the_text_no_passage_is_too_long_and_nothing_is_lost(texts: list[str], overlap: int) -> None:
    config = ChunkingConfig(target=12, most=40, overlap=overlap)
    passages = cut(*(Section(text, (str(number),)) for number, text in enumerate(texts)), config=config)
    assert all(0 < COUNT([passage.text])[0] <= config.most for passage in passages)
    for number, text in enumerate(texts):
        kept = "".join("".join(passage.text.split()) for passage in passages if passage.headings == (str(number),))
        assert len(kept) >= len("".join(text.split()))
        if overlap == 0:
            assert kept == "".join(text.split())


@settings(deadline=None, max_examples=40)
@given(st.lists(WORDS, max_size=80).map(" ".join))
def test_the_same_text_is_always_cut_alike(text: str) -> None:
    assert cut(Section(text)) == cut(Section(text))


def test_what_a_document_says_is_counted_by_one_call_and_nothing_twice() -> None:
    asked: list[list[str]] = []

    def counting(texts: Sequence[str]) -> list[int]:
        asked.append(list(texts))
        return COUNT(texts)

    sections = [Section(f"Part {number} is short.\n\nSo is this.", (f"Part {number}",)) for number in range(30)]
    found = split(ParsedDocument("", tuple(sections)), counting, SMALL)
    assert len(found) == 30
    assert [len(texts) for texts in asked] == [31]  # the second paragraph is the same one everywhere
    long = Section(" ".join([sentences(40), sentences(40)]))
    asked.clear()
    assert split(ParsedDocument("", (long,)), counting, SMALL) == cut(long)
    every = [text for texts in asked for text in texts]
    assert len(every) == len(set(every))
