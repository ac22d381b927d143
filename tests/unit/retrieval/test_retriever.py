from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.config import RetrievalConfig
from retrieval.indexes.generations import GenerationStore
from retrieval.ingest import ChunkMeta, prepare
from retrieval.lexical import tokens
from retrieval.protocols import Encoder, Retriever
from retrieval.retriever import HybridRetriever, distinct
from retrieval.sentences import encode_sentences
from retrieval.types import Change, Chunk, Delete, Filter, Hit, Upsert
from tests.unit.retrieval.conftest import HashingEncoder, MakeUpsert

ACME = Filter("acme")
TEXTS = ["Refunds take five days.", "Shipping is free.", "Passwords expire yearly.", "退款需要五天。"]


@pytest.fixture
def upserts(make_upsert: MakeUpsert) -> list[Upsert]:
    return [make_upsert(number, text, id=f"c{number}", ordinal=number) for number, text in enumerate(TEXTS, start=1)]


@pytest.fixture(params=["delta", "generation", "both"])
def retriever(
    request: pytest.FixtureRequest, tmp_path: Path, hashing: HashingEncoder, upserts: list[Upsert]
) -> HybridRetriever:
    """The same four chunks: all in memory, all in a generation, or half and half."""
    stored = {"delta": 0, "generation": 4, "both": 2}[request.param]
    generation = GenerationStore(tmp_path).build(upserts[:stored], stored, hashing.name) if stored else None
    retriever = HybridRetriever(hashing, generation=generation)
    retriever.apply(upserts)
    return retriever


def ids(hits: list[Hit]) -> list[str]:
    return [hit.chunk.id for hit in hits]


def test_it_is_a_retriever_that_has_seen_everything(retriever: HybridRetriever) -> None:
    assert isinstance(retriever, Retriever)
    assert (retriever.size, retriever.sequence) == (4, 4)


@pytest.mark.parametrize(("question", "best"), [("refunds", "c1"), ("free shipping", "c2"), ("退款要多久", "c4")])
def test_the_right_chunk_comes_first(retriever: HybridRetriever, question: str, best: str) -> None:
    assert ids(retriever.search(question, ACME))[0] == best


def test_a_hit_explains_itself(retriever: HybridRetriever) -> None:
    best, *others = retriever.search("refunds five", ACME)
    assert best.similarity is not None
    assert best.lexical is not None
    assert best.balanced is not None
    assert best.meaning is not None
    assert 0 < (best.coverage or 0) <= 1
    assert 0 < best.score <= 1
    assert others[-1].lexical is None


def test_at_most_k_hits_best_first(retriever: HybridRetriever) -> None:
    hits = retriever.search("refunds shipping passwords", ACME, k=2)
    assert len(hits) == 2
    assert hits[0].score >= hits[1].score


def test_a_given_vector_spares_the_encoder(retriever: HybridRetriever, hashing: HashingEncoder) -> None:
    vector = hashing.encode_questions(["refunds"])[0]
    assert retriever.search("refunds", ACME, vector=vector) == retriever.search("refunds", ACME)


def test_a_passage_that_was_filed_twice_is_shown_once(retriever: HybridRetriever, make_upsert: MakeUpsert) -> None:
    retriever.apply([make_upsert(5, "refunds  take FIVE days.", id="copy"), make_upsert(6, TEXTS[0], id="other copy")])
    found = ids(retriever.search("refunds", ACME))
    assert len({"c1", "copy", "other copy"} & set(found)) == 1
    assert {"c2", "c3", "c4"} <= set(found)


def test_copies_do_not_crowd_others_out_and_the_best_of_them_is_shown(
    retriever: HybridRetriever, make_upsert: MakeUpsert
) -> None:
    copies = [make_upsert(number, TEXTS[0], id=f"copy{number}", title=f"Copy {number}") for number in range(5, 15)]
    wide = [hit for hit in retriever.search("refunds shipping passwords", ACME) if hit.chunk.text == TEXTS[0]]
    retriever.apply(copies)
    hits = retriever.search("refunds shipping passwords", ACME, k=3)
    assert sorted(hit.chunk.text for hit in hits) == sorted(TEXTS[:3])
    assert len(wide) == 1


def test_distinct_compares_texts_only(make_upsert: MakeUpsert) -> None:
    chunks = [
        make_upsert(number, text, id=str(number), document=str(number)).chunk
        for number, text in enumerate(["Five days.", "five\n days.", "Five days!", "ＦＩＶＥ days.", "Five days."])
    ]
    kept = distinct(Hit(chunk, 1.0 - chunk_number / 10) for chunk_number, chunk in enumerate(chunks))
    assert ids(kept) == ["0", "2", "3"]
    assert [hit.score for hit in kept] == sorted((hit.score for hit in kept), reverse=True)
    assert distinct([]) == []


def test_a_copy_that_a_reader_may_not_see_hides_nothing(retriever: HybridRetriever, make_upsert: MakeUpsert) -> None:
    secret = make_upsert(5, "Refunds take five days.", id="secret", access=frozenset({"staff"}))
    retriever.apply([secret, Delete(6, "c1")])
    assert "secret" not in ids(retriever.search("refunds", ACME))
    assert ids(retriever.search("refunds", Filter("acme", frozenset({"public", "staff"}))))[0] == "secret"


def test_of_two_passages_the_one_whose_sentence_answers_comes_first(
    hashing: HashingEncoder, make_upsert: MakeUpsert, tmp_path: Path
) -> None:
    """Both hold the same words, one the question's in one sentence; from a delta and from a generation."""
    texts = ["Dogs pay nothing. Children stay outside.", "Dogs stay outside. Children pay nothing."]
    upserts = [replace(up, sentences=next(encode_sentences([up.chunk], hashing))) for up in (
        make_upsert(number, text, id=f"c{number}", title="") for number, text in enumerate(texts, start=1)
    )]  # fmt: skip
    generation = GenerationStore(tmp_path).build(upserts, 2, hashing.name)
    delta = HybridRetriever(hashing)
    delta.apply(upserts)
    for retriever in (delta, HybridRetriever(hashing, generation=generation)):
        assert ids(retriever.search("children pay", ACME))[0] == "c2"
        assert ids(retriever.search("dogs pay", ACME))[0] == "c1"


def test_another_tenant_finds_nothing(retriever: HybridRetriever) -> None:
    assert retriever.search("refunds", Filter("other")) == []


def test_a_deleted_chunk_is_gone_at_once(retriever: HybridRetriever) -> None:
    retriever.apply([Delete(5, "c1"), Delete(6, "never there")])
    assert "c1" not in ids(retriever.search("refunds take five days", ACME))
    assert retriever.chunk("c1") is None
    assert (retriever.size, retriever.sequence) == (3, 6)


def test_an_edit_replaces_a_chunk(retriever: HybridRetriever, make_upsert: MakeUpsert) -> None:
    retriever.apply([make_upsert(5, "Gift cards never expire.", id="c1")])
    assert ids(retriever.search("gift cards", ACME))[0] == "c1"
    assert all("five days." not in hit.chunk.text for hit in retriever.search("refunds take five days", ACME))
    assert retriever.size == 4


def test_a_replay_is_harmless(retriever: HybridRetriever, upserts: list[Upsert]) -> None:
    retriever.apply([Delete(5, "c1")])
    before = retriever.search("refunds", ACME)
    retriever.apply([*upserts, Delete(5, "c1")])
    assert retriever.search("refunds", ACME) == before
    assert (retriever.size, retriever.sequence) == (3, 5)


def test_applying_nothing_is_harmless(retriever: HybridRetriever) -> None:
    retriever.apply([])
    assert retriever.sequence == 4


def test_chunks_and_their_neighbours_can_be_looked_up(retriever: HybridRetriever) -> None:
    chunk = retriever.chunk("c2")
    assert chunk is not None
    assert [other.id for other in retriever.neighbours(chunk)] == ["c1", "c3"]
    assert retriever.chunk("nope") is None


def test_each_method_can_be_asked_alone(retriever: HybridRetriever) -> None:
    words = retriever.search("refunds", ACME, config=RetrievalConfig(dense_weight=0.0, rerank=False))
    assert ids(words) == ["c1"]
    meaning = retriever.search("refunds", ACME, config=RetrievalConfig(lexical_weight=0.0, rerank=False))
    assert len(meaning) == 4
    assert meaning[0].similarity == max(hit.similarity or 0 for hit in meaning)


FILTERS: dict[str, tuple[Callable[[Filter], Filter], set[str]]] = {
    "groups": (lambda _: Filter("acme", groups=frozenset({"staff"})), {"secret"}),
    "public": (lambda _: Filter("acme"), {"plain", "finance", "chinese", "tagged"}),
    "no groups": (lambda _: Filter("acme", groups=frozenset()), set()),
    "domain": (lambda _: Filter("acme", domain="finance"), {"finance"}),
    "language": (lambda _: Filter("acme", language="zh"), {"chinese"}),
    "tags": (lambda _: Filter("acme", tags=frozenset({"new", "hot"})), {"tagged"}),
    "too many tags": (lambda _: Filter("acme", tags=frozenset({"new", "cold"})), set()),
}


@pytest.mark.parametrize(("make", "expected"), FILTERS.values(), ids=FILTERS.keys())
def test_filters_hold_before_ranking(
    hashing: HashingEncoder, make_upsert: MakeUpsert, make: Callable[[Filter], Filter], expected: set[str]
) -> None:
    variants: dict[str, dict[str, object]] = {
        "plain": {},
        "secret": {"access": frozenset({"staff"})},
        "finance": {"domain": "finance"},
        "chinese": {"language": "zh"},
        "tagged": {"tags": frozenset({"new", "hot", "x"})},
        "foreign": {"tenant": "other"},
    }
    retriever = HybridRetriever(hashing)
    retriever.apply(
        make_upsert(number, f"refund rule {number}", id=name, **values)
        for number, (name, values) in enumerate(variants.items(), start=1)
    )
    assert set(ids(retriever.search("refund rule", make(ACME), k=20))) == expected


def test_a_narrow_filter_finds_its_chunk_among_thousands_of_better_ones(
    hashing: HashingEncoder, make_upsert: MakeUpsert
) -> None:
    retriever = HybridRetriever(hashing, config=RetrievalConfig(depth=5))
    changes = [make_upsert(number, f"refund rule {number}", id=str(number)) for number in range(1, 2001)]
    hidden = make_upsert(2001, "something about a refund", id="hidden", access=frozenset({"legal"}))
    retriever.apply([*changes, hidden])
    within = Filter("acme", groups=frozenset({"legal"}))
    assert ids(retriever.search("refund rule 7", within)) == ["hidden"]


def test_adopting_a_generation_keeps_what_came_after_it(
    tmp_path: Path, hashing: HashingEncoder, make_upsert: MakeUpsert, upserts: list[Upsert]
) -> None:
    retriever = HybridRetriever(hashing)
    retriever.apply(upserts)
    generation = GenerationStore(tmp_path).build(upserts[:3], 3, hashing.name)
    retriever.apply([make_upsert(5, "Gift cards never expire.", id="gift"), Delete(6, "c1")])
    retriever.adopt(generation)
    assert (retriever.size, retriever.sequence) == (4, 6)
    assert {"c2", "c3", "c4", "gift"} == set(ids(retriever.search("gift shipping passwords 退款 refunds", ACME)))


def test_adopting_a_newer_generation_moves_forward(
    tmp_path: Path, hashing: HashingEncoder, upserts: list[Upsert]
) -> None:
    retriever = HybridRetriever(hashing)
    retriever.apply(upserts[:1])
    retriever.adopt(GenerationStore(tmp_path).build(upserts, 4, hashing.name))
    assert (retriever.size, retriever.sequence) == (4, 4)


CHANGES = st.lists(
    st.tuples(st.booleans(), st.integers(0, 5), st.sampled_from(["ape bee", "cat", "dog owl"])), max_size=20
)


@settings(deadline=None, max_examples=40)
@given(CHANGES, st.lists(st.integers(1, 20), max_size=3))
def test_any_batching_of_the_same_changes_ends_in_the_same_place(
    hashing: HashingEncoder, make_upsert: MakeUpsert, steps: list[tuple[bool, int, str]], cuts: list[int]
) -> None:
    changes: list[Change] = [
        make_upsert(number, f"{text} {name}", id=str(name)) if keep else Delete(number, str(name))
        for number, (keep, name, text) in enumerate(steps, start=1)
    ]
    expected = {}
    for change in changes:
        if isinstance(change, Upsert):
            expected[change.chunk.id] = change.chunk.text
        else:
            expected.pop(change.chunk_id, None)
    retriever = HybridRetriever(hashing)
    for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(changes)], strict=True):
        retriever.apply(changes[max(0, start - 2) : end])  # overlapping: a redelivery
    assert retriever.size == len(expected)
    hits = retriever.search("ape bee cat dog owl", ACME, k=50)
    assert {hit.chunk.id: hit.chunk.text for hit in hits} == expected


def test_searches_beside_edits_see_whole_states(hashing: HashingEncoder, make_upsert: MakeUpsert) -> None:
    retriever = HybridRetriever(hashing)
    retriever.apply([make_upsert(1, "left zero", id="left"), make_upsert(2, "right zero", id="right")])
    stop = threading.Event()
    torn: list[list[str]] = []

    def search() -> None:
        while not stop.is_set():
            texts = sorted(hit.chunk.text for hit in retriever.search("left right", ACME))
            if len({text.split()[1] for text in texts}) != 1 or len(texts) != 2:
                torn.append(texts)

    threads = [threading.Thread(target=search) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(60):
        sequence = 3 + 2 * number
        retriever.apply(
            [
                make_upsert(sequence, f"left v{number}", id="left"),
                make_upsert(sequence + 1, f"right v{number}", id="right"),
            ]
        )
    stop.set()
    for thread in threads:
        thread.join(20)
    assert torn == []


DOCUMENT = """# Customer service

## Refunds
Money is returned within five working days after the parcel has arrived at our warehouse.

## Passwords
To choose a new password, open the sign-in page and press "forgot password".

## 配送
北京和上海的订单次日送达，其他城市需要三到五天。

## 發票
電子發票會在付款後二十四小時內寄到您的信箱。

## Opening hours
The shop is open from nine to six on weekdays, and from ten to four on Saturdays.
"""


@pytest.mark.parametrize(
    ("question", "heading"),
    [
        ("How long until I get my money back?", "Refunds"),
        ("I can't log in any more", "Passwords"),
        ("上海的订单多久能送到？", "配送"),
        ("电子发票什么时候寄出？", "發票"),
        ("When are you open at the weekend?", "Opening hours"),
        ("多久可以退款？", "Refunds"),
        ("忘记密码了怎么办？", "Passwords"),
        ("When will the electronic invoice reach my mailbox?", "發票"),
    ],
)
def test_with_the_real_encoder_questions_find_answers_in_both_languages_and_across(
    encoder: Encoder, service: HybridRetriever, question: str, heading: str
) -> None:
    assert service.search(question, ACME)[0].chunk.headings[-1] == heading


@pytest.fixture(scope="module")
def service(encoder: Encoder) -> HybridRetriever:
    retriever = HybridRetriever(encoder)
    rows = prepare(DOCUMENT.encode(), "service.md", ChunkMeta("acme", "service"), encoder)
    retriever.apply(Upsert(number, chunk, vector) for number, (chunk, vector) in enumerate(rows, start=1))
    return retriever


def test_centring_lifts_the_answer_in_the_other_language_over_noise_in_the_question_s(encoder: Encoder) -> None:
    english = [
        "You get your money back within five working days.",
        "Our shop is open from nine to six, Monday to Saturday.",
        "Students pay half the price at the ticket office.",
    ]
    noise = ["食堂中午供应面条和汤。", "会议室在三楼，请提前预约。", "停车场晚上十点关闭。", "请在前台领取钥匙。"]
    texts = [(text, language) for language, own in (("en", english), ("zh", noise)) for text in own]
    vectors = encoder.encode_passages([text for text, _ in texts])
    retriever = HybridRetriever(encoder)
    retriever.apply(
        Upsert(number, Chunk(f"c{number}", "d", 1, "0" * 64, "acme", text, "", language), vector)
        for number, ((text, language), vector) in enumerate(zip(texts, vectors, strict=True), 1)
    )
    asked = {"退款要多久才能到账？": english[0], "你们几点开门？": english[1], "学生票多少钱？": english[2]}

    def lead(question: str, answer: str, centring: float) -> float:
        config = RetrievalConfig(lexical_weight=0.0, rerank=False, centring=centring)
        near = {hit.chunk.text: hit.meaning or 0.0 for hit in retriever.search(question, ACME, config=config)}
        return near[answer] - max(near[text] for text in noise)

    for question, answer in asked.items():
        assert lead(question, answer, 0.8) > lead(question, answer, 0.0)


def test_a_name_of_a_dictionary_ranks_its_page_above_pages_with_its_parts(
    hashing: HashingEncoder, make_upsert: MakeUpsert, tmp_path: Path
) -> None:
    texts = ["量子与喜悦充盈着宝贵的时光，悦读量大，盈余的宝藏。", "量悦盈宝是一种理财产品。", "理财产品有风险。"]
    (tmp_path / "words.txt").write_text("量悦盈宝 900\n", encoding="utf-8")
    try:
        tokens.use_words(tmp_path / "words.txt")
        retriever = HybridRetriever(hashing)
        retriever.apply(make_upsert(number, text, id=f"c{number}") for number, text in enumerate(texts, 1))
        (hit, *others) = retriever.search("量悦盈宝", ACME, config=RetrievalConfig(dense_weight=0.0))
        assert hit.chunk.id == "c2"
        assert others == []  # as one word, its parts elsewhere are no hits
    finally:
        for remembered in (tokens._segmenter, tokens._han_tokens, tokens.question_tokens):
            remembered.cache_clear()


def test_what_is_not_valid_is_neither_found_nor_takes_a_place(hashing: HashingEncoder, make_upsert: MakeUpsert) -> None:
    """Twenty better passages, of yesterday and of tomorrow, stand before the three that hold today."""
    retriever = HybridRetriever(hashing, config=RetrievalConfig(depth=8))
    past = [make_upsert(n, f"Refunds take {n} days.", valid_until=1_000.0) for n in range(1, 11)]
    future = [make_upsert(n, f"Refunds take {n} days.", valid_from=3_000.0) for n in range(11, 21)]
    today = [make_upsert(n, f"Long ago somebody asked: refunds, when? Rule {n}.") for n in range(21, 24)]
    retriever.apply([*past, *future, *today])

    def found(moment: float) -> set[str]:
        hits = retriever.search("How many days do refunds take?", Filter("acme", at=moment), k=3)
        return {hit.chunk.id for hit in hits}

    assert found(2_000.0) == {upsert.chunk.id for upsert in today}
    assert found(999.0) <= {upsert.chunk.id for upsert in past}
    assert found(3_000.0) <= {upsert.chunk.id for upsert in future}
    assert {len(found(moment)) for moment in (999.0, 2_000.0, 3_000.0)} == {3}


@pytest.fixture
def handbook(hashing: HashingEncoder, make_upsert: MakeUpsert) -> HybridRetriever:
    retriever = HybridRetriever(hashing)
    texts = [
        ("Orders can be changed until noon.", ("Orders",)),
        ("A refund is asked for online. It needs the order number.", ("Orders", "Refunds")),
        ("It needs the order number. The money is back in five days.", ("Orders", "Refunds")),
        ("Gift cards are not refunded.", ("Orders", "Gift cards")),
        ("Passwords expire yearly.", ("Accounts",)),
    ]
    retriever.apply(
        make_upsert(
            n, text, id=str(n), ordinal=n, headings=path, page=n, last_page=n, line=10 * n, last_line=10 * n + 1
        )
        for n, (text, path) in enumerate(texts, start=1)
    )
    return retriever


@pytest.mark.parametrize(
    ("wanted", "around"),
    [
        (RetrievalConfig(), []),
        (RetrievalConfig(context="neighbours"), ["2", "3", "4"]),
        (RetrievalConfig(context="section"), ["2", "3"]),
        (RetrievalConfig(context="section", context_characters=70), ["3"]),
    ],
    ids=["none", "neighbours", "section", "no room"],
)
def test_a_hit_brings_what_stands_around_it_when_asked_to(
    handbook: HybridRetriever, wanted: RetrievalConfig, around: list[str]
) -> None:
    hit = handbook.search("When is the money back?", ACME, k=1, config=wanted)[0]
    assert hit.chunk.id == "3"
    assert [chunk.id for chunk in hit.context] == around


def test_a_section_of_one_passage_gives_way_to_the_one_above(handbook: HybridRetriever) -> None:
    hit = handbook.search("Are gift cards refunded?", ACME, k=1, config=RetrievalConfig(context="section"))[0]
    assert hit.chunk.id == "4"
    assert [chunk.id for chunk in hit.context] == ["1", "2", "3", "4"]
    assert [chunk.id for chunk in handbook.section(hit.chunk)] == ["4"]


def test_a_widened_hit_reads_on_without_saying_anything_twice(handbook: HybridRetriever) -> None:
    hit = handbook.search("When is the money back?", ACME, k=1, config=RetrievalConfig(context="section"))[0]
    wide = hit.widened().chunk
    assert wide.text == "A refund is asked for online. It needs the order number. The money is back in five days."
    assert (wide.id, wide.page, wide.last_page, wide.line, wide.last_line) == ("3", 2, 3, 20, 31)
    assert handbook.search("money", ACME, k=1)[0].widened().chunk.text.startswith("It needs")


class Backwards:
    """A reranker that puts the last first, and remembers what it was shown."""

    def __init__(self) -> None:
        self.shown: list[int] = []

    def rerank(self, question: str, hits: Sequence[Hit]) -> list[Hit]:
        self.shown.append(len(hits))
        return list(reversed(hits))


def test_another_reranker_looks_at_the_best_of_the_light_one(hashing: HashingEncoder, make_upsert: MakeUpsert) -> None:
    model = Backwards()
    changes = [make_upsert(n, f"Refunds of kind {n} take {n} days.") for n in range(1, 31)]
    retriever = HybridRetriever(hashing, reranker=model, config=RetrievalConfig(rerank_depth=5))
    retriever.apply(changes)
    light = HybridRetriever(hashing)
    light.apply(changes)
    question = "How long do refunds take?"
    plain = [hit.chunk.id for hit in light.search(question, ACME, k=8)]
    turned = [hit.chunk.id for hit in retriever.search(question, ACME, k=8)]
    assert turned == [*reversed(plain[:5]), *plain[5:]]
    assert [hit.chunk.id for hit in retriever.search(question, ACME, k=2)] == turned[:2]
    without = retriever.search(question, ACME, k=8, config=RetrievalConfig(rerank=False))
    assert len(without) == 8
    assert model.shown == [5, 5]
