from __future__ import annotations

import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.lexical.bm25 import Bm25Index
from retrieval.lexical.segment import build_segment
from retrieval.types import Allowed

TEXTS = [
    "Refunds take five working days.",
    "退款需要五个工作日到账。",
    "Passwords expire after one year.",
    "密码每年需要更换一次。",
    "def getUserName(user): return user.name",
    "運費由買家承擔。",
]


@pytest.fixture
def index() -> Bm25Index:
    return Bm25Index(build_segment(TEXTS))


def rows(found: list[tuple[int, float]]) -> list[int]:
    return [row for row, _ in found]


def mask(end: int, *allowed: int) -> Allowed:
    flags = np.zeros(end, dtype=np.bool_)
    flags[list(allowed)] = True
    return flags


@pytest.mark.parametrize(
    ("question", "row"),
    [
        ("how long does a refund take", 0),
        ("退款多久到账", 1),
        ("退款多久到賬", 1),
        ("does my password expire", 2),
        ("密碼多久更換", 3),
        ("get user name", 4),
        ("get_user_name", 4),
        ("运费谁承担", 5),
    ],
)
def test_the_right_text_comes_first(index: Bm25Index, question: str, row: int) -> None:
    assert rows(index.search(question, 3))[0] == row


def test_what_shares_no_word_is_not_found(index: Bm25Index) -> None:
    assert index.search("zebra giraffe", 5) == []
    assert index.search("", 5) == []


def test_scores_fall_and_are_positive(index: Bm25Index) -> None:
    scores = [score for _, score in index.search("refund password user 退款 密码", 10)]
    assert scores == sorted(scores, reverse=True)
    assert min(scores) > 0


def test_at_most_k_are_returned(index: Bm25Index) -> None:
    assert len(index.search("refund password user 退款 密码", 2)) == 2
    assert index.search("refund", 0) == []


def test_only_allowed_rows_are_found(index: Bm25Index) -> None:
    assert rows(index.search("退款 密码", 5, mask(6, 3))) == [3]
    assert index.search("退款", 5, mask(6, 3)) == []
    assert rows(index.search("退款 密码", 5, mask(2, 1))) == [1]


def test_added_texts_are_found_beside_the_base(index: Bm25Index) -> None:
    index.add([6, 7], ["Gift cards never expire.", "礼品卡永不过期。"])
    assert rows(index.search("gift card", 3)) == [6]
    assert rows(index.search("礼品卡", 3))[0] == 7
    assert set(rows(index.search("expire", 5))) == {2, 6}
    assert len(index) == 8


def test_removed_texts_are_gone_at_once(index: Bm25Index) -> None:
    index.add([6], ["Refunds for gift cards"])
    index.remove([0, 6, 99])
    assert index.search("refund", 5) == []
    index.add([7], ["Refunds again"])
    assert rows(index.search("refund", 5)) == [7]


def test_a_new_document_does_not_win_only_because_it_is_new() -> None:
    base = [f"refund rule number {number} about orders" for number in range(50)]
    old_and_new = Bm25Index(build_segment([*base, "the refund of a bicycle"]))
    old_and_new.add([51], ["the refund of a scooter"])
    scores = dict(old_and_new.search("refund bicycle", 60))
    assert scores[50] > scores[51]
    together = Bm25Index(build_segment([*base, "the refund of a bicycle", "the refund of a scooter"]))
    assert scores[51] == pytest.approx(dict(together.search("refund bicycle", 60))[51], rel=0.15)


def test_an_index_that_grew_in_small_steps_ranks_like_one_built_at_once() -> None:
    texts = [f"topic{number % 7} item{number} detail {'refund ' * (number % 3)}" for number in range(60)]
    grown = Bm25Index()
    for number, text in enumerate(texts):
        grown.add([number], [text])
    whole = Bm25Index(build_segment(texts))
    for question in ("refund topic3", "item17", "detail topic5"):
        assert set(rows(grown.search(question, 5))) & set(rows(whole.search(question, 5)))
        assert len(grown.search(question, 60)) == len(whole.search(question, 60))
    assert rows(grown.search("item17", 1)) == [17]


def test_merging_forgets_removed_texts() -> None:
    grown = Bm25Index()
    for number in range(40):
        grown.add([number], [f"refund item{number}"])
        if number % 2:
            grown.remove([number])
    assert set(rows(grown.search("refund", 60))) == set(range(0, 40, 2))
    assert len(grown) == 20


def test_no_text_scores_higher_than_the_highest_a_question_can_get(index: Bm25Index) -> None:
    index.add([6], ["refund " * 200])
    for question in ("refund", "how long does a refund take", "退款多久到账", "zebra"):
        assert max(index.scores(question, range(7))) <= index.highest(question)
    assert index.scores("refund", [6])[0] > 0.9 * index.highest("refund")
    assert index.highest("zebra") > 0
    assert index.highest("") == 0


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32), st.integers(1, 20), st.sets(st.sampled_from("abcdefgh"), min_size=1))
def test_reading_rare_words_first_finds_what_reading_everything_finds(seed: int, k: int, asked: set[str]) -> None:
    """Words from nearly every text to hardly any; a part of the texts came later, some are gone, some not allowed."""
    chance = np.random.default_rng(seed)
    words = {letter: f"word{letter}" for letter in "abcdefgh"}
    texts = [
        " ".join(word for number, word in enumerate(words.values()) if chance.random() < 0.9 / (number + 1) ** 1.5)
        for _ in range(300)
    ]
    index = Bm25Index(build_segment(texts[:250]))
    index.add(range(250, 300), texts[250:])
    gone = chance.choice(300, 20, replace=False).tolist()
    index.remove(gone)
    allowed = chance.random(290) < 0.7
    question = " ".join(words[letter] for letter in sorted(asked))
    scores = dict(enumerate(index.scores(question, range(300)).tolist()))
    may = {row: score for row, score in scores.items() if score > 0 and row < 290 and allowed[row]}
    found = index.search(question, k, allowed)
    assert {row for row, _ in found} <= may.keys() - set(gone)
    expected = sorted(may.values(), reverse=True)[:k]
    assert [score for _, score in found] == pytest.approx(expected, rel=1e-3)
    for row, score in found:
        assert score == pytest.approx(may[row], rel=1e-4)


def test_scores_of_rows_that_are_gone_or_never_were_are_zero(index: Bm25Index) -> None:
    index.remove([0])
    assert index.scores("refund", [0, 3, 99, -1]).tolist() == [0, 0, 0, 0]
    assert index.scores("refund", []).shape == (0,)


def test_adding_nothing_is_harmless() -> None:
    index = Bm25Index()
    index.add([], [])
    assert len(index) == 0
    assert index.search("refund", 5) == []


@settings(deadline=None, max_examples=30)
@given(st.lists(st.lists(st.sampled_from(["ape", "bee", "cat", "dog", "owl"]), max_size=6), max_size=12), st.data())
def test_a_row_is_found_exactly_when_it_shares_a_word_and_is_there(words: list[list[str]], data: st.DataObject) -> None:
    texts = [" ".join(row) for row in words]
    cut = data.draw(st.integers(0, len(texts)))
    gone = set(data.draw(st.lists(st.sampled_from(range(len(texts))), max_size=4))) if texts else set()
    index = Bm25Index(build_segment(texts[:cut]))
    index.add(range(cut, len(texts)), texts[cut:])
    index.remove(sorted(gone))
    for word in ("ape", "owl"):
        expected = {number for number, row in enumerate(words) if word in row and number not in gone}
        assert set(rows(index.search(word, 20))) == expected


def test_searches_beside_additions_never_fail(index: Bm25Index) -> None:
    stop = threading.Event()
    errors: list[str] = []

    def search() -> None:
        while not stop.is_set():
            found = index.search("refund password", 5)
            if not {0, 2} <= set(rows(found)):
                errors.append(str(found))

    threads = [threading.Thread(target=search) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(6, 60):
        index.add([number], [f"unrelated text {number}"])
    stop.set()
    for thread in threads:
        thread.join(10)
    assert errors == []
