"""The right answer or none: exact words, other words, other tenants, other groups, other languages."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from django.db import OperationalError, connections

from assistant.accounts.models import Tenant
from assistant.faq import calibration, corrections, issuing, services, snapshot
from assistant.faq.lookup import FaqIndex, FaqMatch
from assistant.faq.models import FaqEntry, PairOrigin, ThresholdCertificate
from assistant.faq.stats import FaqStats
from retrieval.protocols import Encoder


def nearest(index: FaqIndex, encoder: Encoder, text: str, language: str, tenant: str = "acme") -> FaqMatch | None:
    return index.nearest(tenant, encoder.encode_questions([text])[0], text, language)


@pytest.mark.parametrize(
    "asked",
    [
        "How long do I have to return something?",
        "  how LONG do i have to return something!! ",
        "What is the return period",
    ],
)
def test_the_exact_words_find_the_answer_whatever_their_case_and_signs(index: FaqIndex, asked: str) -> None:
    match = index.exact("acme", asked)
    assert match is not None
    assert (match.key, match.answer, match.exact, match.score) == ("returns", "15 days.", True, 1.0)


def test_traditional_characters_and_wide_letters_are_the_same_words(index: FaqIndex) -> None:
    match = index.exact("acme", "買的東西多少天內可以退？")
    assert match is not None
    assert match.answer == "15天内。"


def test_other_words_for_the_same_question_find_the_answer(index: FaqIndex, house_encoder: Encoder) -> None:
    match = nearest(index, house_encoder, "Hi, what's your phone number please?", "en")
    assert match is not None
    assert (match.key, match.exact, match.variant) == ("phone", False, "What is your phone number?")
    assert 0.9 < match.score < 1.0


@pytest.mark.parametrize(
    ("asked", "language", "question", "key"),
    [
        ("How long do I have to send a purchase back?", "en", "How long do I have to return something?", "returns"),
        ("买的东西多少天内可以换？", "zh", "买的东西多少天内可以退？", "returns"),
    ],
)
def test_a_near_question_that_is_not_certified_is_offered_in_words_that_are_answered(
    index: FaqIndex, house_encoder: Encoder, asked: str, language: str, question: str, key: str
) -> None:
    near = index.near("acme", house_encoder.encode_questions([asked])[0], asked, language)
    assert (near[0].variant, near[0].key) == (question, key)
    assert len({match.entry_id for match in near}) == len(near) <= 3
    chosen = index.exact("acme", near[0].variant)
    assert chosen is not None
    assert chosen.key == key


def test_what_is_far_is_not_offered_nor_to_another_tenant_nor_what_was_called_wrong(
    index: FaqIndex, house_encoder: Encoder
) -> None:
    def offered(text: str, tenant: str = "acme") -> list[str]:
        return [match.key for match in index.near(tenant, house_encoder.encode_questions([text])[0], text, "en")]

    wrong = "How long do I have to send a purchase back?"
    assert offered("Which planet has the most moons?") == []
    assert offered(wrong, "nobody") == []
    assert "returns" in offered(wrong)
    entry = FaqEntry.objects.get(tenant__slug="acme", key="returns", language="en")
    corrections.wrong(entry, wrong)
    index.refresh()
    assert "returns" not in offered(wrong)


def test_what_probably_asks_the_same_is_found_without_a_certificate(index: FaqIndex, house_encoder: Encoder) -> None:
    def probable(text: str, language: str = "en", tenant: str = "acme") -> str | None:
        match = index.probable(tenant, house_encoder.encode_questions([text])[0], text, language)
        return None if match is None else match.key

    said = "How long have I got to return a thing?"
    assert nearest(index, house_encoder, said, "en") is None, "sure of it: no question for this test"
    assert probable(said) == "returns"
    assert probable("Which planet has the most moons?") is None
    assert probable("How long do I not have to return something?") is None  # a guard objects: this is another question
    assert probable(said, tenant="nobody") is None
    assert probable(said, "zh") is None
    corrections.wrong(FaqEntry.objects.get(tenant__slug="acme", key="returns", language="en"), said)
    index.refresh()
    assert probable(said) is None


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("How long do I not have to return something?", "en"),
        ("What is your fax number 2?", "en"),
        ("买的东西多少天内不可以退？", "zh"),
        ("买的东西30天内可以退吗？", "zh"),
        ("Where do I have to return something?", "en"),
        ("What is the capital of Portugal?", "en"),
        ("今天天气怎么样", "zh"),
    ],
)
def test_a_trap_is_not_served(index: FaqIndex, house_encoder: Encoder, asked: str, language: str) -> None:
    assert index.exact("acme", asked) is None
    assert nearest(index, house_encoder, asked, language) is None


def test_a_question_is_answered_in_its_own_language_alone(index: FaqIndex, house_encoder: Encoder) -> None:
    assert nearest(index, house_encoder, "买的东西多少天内可以退", "en") is None
    match = nearest(index, house_encoder, "买的东西多少天内可以退", "zh")
    assert match is not None
    assert match.language == "zh"


def test_no_other_tenant_gets_the_answer(index: FaqIndex, house_encoder: Encoder) -> None:
    other = Tenant.objects.create(slug="other", name="Other")
    services.save(FaqEntry(tenant=other, key="phone", language="en", question="What is your phone number?", answer="1"))
    index.refresh()
    for name, answer in (("acme", "400-555-0188."), ("other", "1")):
        match = index.exact(name, "What is your phone number?")
        assert match is not None
        assert match.answer == answer
    assert index.exact("other", "How can I call you?") is None
    assert nearest(index, house_encoder, "客服电话是多少？", "zh", "other") is None
    assert index.exact("nobody", "What is your phone number?") is None


def test_an_entry_for_a_group_is_for_that_group(
    index: FaqIndex, entries: dict[str, FaqEntry], house_encoder: Encoder
) -> None:
    entry = entries["phone.en"]
    entry.access = ["staff"]
    services.save(entry)
    index.refresh()
    question, staff = "What is your phone number?", frozenset({"staff"})
    vector = house_encoder.encode_questions([question])[0]
    assert index.exact("acme", question) is None
    assert index.nearest("acme", vector, question, "en") is None
    assert index.exact("acme", question, staff) is not None
    assert index.nearest("acme", vector, question, "en", staff) is not None


@pytest.mark.parametrize("change", ["edit", "withdraw", "delete"])
def test_a_change_is_live_within_a_second(index: FaqIndex, entries: dict[str, FaqEntry], change: str) -> None:
    index.start()
    entry = entries["phone.en"]

    def answer() -> str | None:
        match = index.exact("acme", entry.question)
        return match.answer if match else None

    assert answer() == "400-555-0188."
    if change == "delete":
        services.delete(entry)
    else:
        entry.answer, entry.published = "0800", change == "edit"
        services.save(entry)
    began = time.monotonic()
    while answer() == "400-555-0188." and time.monotonic() - began < 5:
        time.sleep(0.005)
    took = time.monotonic() - began
    index.stop()
    assert answer() == ("0800" if change == "edit" else None)
    assert took < 1.0


def test_looking_up_exact_words_costs_no_query_and_under_fifty_microseconds(
    index: FaqIndex, django_assert_num_queries: Callable[[int], object]
) -> None:
    with django_assert_num_queries(0):  # type: ignore[attr-defined]
        best = min(_seconds_per_lookup(index) for _ in range(5))
    assert best < 50e-6


def _seconds_per_lookup(index: FaqIndex, count: int = 2_000) -> float:
    began = time.perf_counter()
    for _ in range(count):
        index.exact("acme", "What is your phone number?")
    return (time.perf_counter() - began) / count


def test_a_process_that_starts_while_the_database_is_away_answers_from_the_snapshot(
    index: FaqIndex, house_encoder: Encoder, redis_url: str
) -> None:
    late = FaqIndex(house_encoder, FaqStats(redis_url))
    with connections["default"].execute_wrapper(_away):
        late.start()
    match = late.exact("acme", "What is your phone number?")
    late.stop()
    assert match is not None
    assert match.answer == "400-555-0188."


def test_a_second_process_takes_the_entries_from_redis(index: FaqIndex, house_encoder: Encoder, redis_url: str) -> None:
    FaqEntry.objects.update(answer="changed behind the services' back")
    second = FaqIndex(house_encoder, FaqStats(redis_url))
    second.refresh()
    match = second.exact("acme", "What is your phone number?")
    assert match is not None
    assert match.answer == "400-555-0188."


@pytest.mark.parametrize("damage", [b"", b"not an archive", None])
def test_a_damaged_snapshot_is_read_from_the_rows_instead(
    index: FaqIndex, house_encoder: Encoder, redis_url: str, damage: bytes | None
) -> None:
    import redis

    with redis.Redis.from_url(redis_url) as client:
        whole = client.get(snapshot.PREFIX + "acme") or b""
        client.set(snapshot.PREFIX + "acme", whole[: len(whole) // 2] if damage is None else damage)
    second = FaqIndex(house_encoder, FaqStats(redis_url))
    second.refresh()
    assert second.size("acme") == 4


def test_without_redis_the_answers_come_from_the_process(
    index: FaqIndex, house_encoder: Encoder, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    stats = FaqStats("unix:///nowhere/redis.sock")
    alone = FaqIndex(house_encoder, stats)
    monkeypatch.setattr(
        "assistant.faq.snapshot._client", lambda: __import__("redis").Redis(unix_socket_path="/nowhere")
    )
    alone.refresh()
    assert alone.exact("acme", "What is your phone number?") is not None
    stats.flush()
    assert stats.failures == 1


def _away(*_: object) -> None:
    raise OperationalError("the database is away")


WAY, ASKED = "How do I change my address?", "How can I change the address?"
ALIKE = [
    ("How do I delete my account?", "How can I delete my account?"),
    ("How do I track my order?", "How can I track the order?"),
    ("Can I return an opened item?", "Is it possible to return an opened item?"),
]


def moved(tenant: Tenant, question: str = WAY) -> FaqEntry:
    answer = "Under My account, change the address."
    return services.save(FaqEntry(tenant=tenant, key="address", language="en", question=question, answer=answer))


def restarted(encoder: Encoder, redis_url: str) -> FaqIndex:
    index = FaqIndex(encoder, FaqStats(redis_url))
    index.refresh()
    return index


@pytest.mark.parametrize(("way", "asked"), [(WAY, ASKED), (ASKED, WAY)])
def test_a_pair_called_different_is_not_served_in_either_direction_nor_after_a_restart(
    tenant: Tenant, house_encoder: Encoder, redis_url: str, way: str, asked: str
) -> None:
    other = Tenant.objects.create(slug="other", name="Other")
    for owner in (tenant, other):
        moved(owner, way)
    index = restarted(house_encoder, redis_url)
    assert nearest(index, house_encoder, asked, "en") is not None
    calibration.record(tenant, "en", "general", WAY, ASKED, same=False, origin=PairOrigin.AGENT)
    index.refresh()
    for process in (index, restarted(house_encoder, redis_url)):
        assert nearest(process, house_encoder, asked, "en") is None
        assert nearest(process, house_encoder, f"Hello, {asked} Thanks", "en") is None
        assert process.exact("acme", way) is not None
        assert nearest(process, house_encoder, asked, "en", "other") is not None
    calibration.record(tenant, "en", "general", ASKED, WAY, same=True, origin=PairOrigin.EDITOR)
    index.refresh()
    assert nearest(index, house_encoder, asked, "en") is not None


def test_own_pairs_that_contradict_withdraw_the_borrowed_certificate_and_equal_words_go_on(
    tenant: Tenant, house_encoder: Encoder, redis_url: str
) -> None:
    moved(tenant)
    assert issuing.reissue(house_encoder) == 1
    index = restarted(house_encoder, redis_url)
    assert nearest(index, house_encoder, ASKED, "en") is not None
    for a, b in ALIKE:
        calibration.record(tenant, "en", "general", a, b, same=False, origin=PairOrigin.FEEDBACK)
    assert issuing.reissue(house_encoder) == 1
    index.refresh()
    assert issuing.in_force("acme")["en", "general"].threshold is None
    assert nearest(index, house_encoder, ASKED, "en") is None
    assert nearest(index, house_encoder, f"Hi, {WAY.lower()}", "en") is not None
    assert index.exact("acme", WAY) is not None


def test_pairs_of_another_domain_do_not_withdraw_this_ones_certificate(
    tenant: Tenant, house_encoder: Encoder, redis_url: str
) -> None:
    moved(tenant)
    for a, b in ALIKE:
        calibration.record(tenant, "en", "finance", a, b, same=False, origin=PairOrigin.FEEDBACK)
    issuing.reissue(house_encoder)
    certificates = issuing.in_force("acme")
    assert certificates["en", "finance"].threshold is None
    assert certificates["en", "general"].threshold == issuing.shipped("en").threshold
    assert nearest(restarted(house_encoder, redis_url), house_encoder, ASKED, "en") is not None


def test_a_certificate_of_another_encoder_leaves_equal_words_alone(
    tenant: Tenant, house_encoder: Encoder, redis_url: str
) -> None:
    moved(tenant)
    issuing.reissue(house_encoder)
    ThresholdCertificate.objects.update(encoder="another")
    index = restarted(house_encoder, redis_url)
    assert nearest(index, house_encoder, ASKED, "en") is None
    assert nearest(index, house_encoder, f"Hi, {WAY.lower()}", "en") is not None


def test_several_wishes_are_answered_together_or_not_at_all(index: FaqIndex, house_encoder: Encoder) -> None:
    def keys(*wishes: str) -> list[str]:
        given = list(zip(wishes, house_encoder.encode_questions(list(wishes)), strict=True))
        return [match.key for match in index.together("acme", ". ".join(wishes), given, "en")]

    assert keys("What is the return period", "Hi, what's your phone number please?") == ["returns", "phone"]
    assert keys("What is the return period", "Who won the match last night?") == []
    assert keys("What is the return period", "How long do I have to return something?") == []
    assert index.together("nobody", "x", [], "en") == ()


def test_an_entry_counts_as_served_only_when_the_whole_message_was_answered(
    index: FaqIndex, house_encoder: Encoder
) -> None:
    served: list[int] = []
    index._stats.served = lambda _, entry: served.append(entry)  # type: ignore[method-assign]
    for second in ("Who won the match last night?", "How can I call you?"):
        wishes = ["What is the return period", second]
        index.together("acme", second, list(zip(wishes, house_encoder.encode_questions(wishes), strict=True)), "en")
        assert len(served) == (2 if second.startswith("How") else 0)
