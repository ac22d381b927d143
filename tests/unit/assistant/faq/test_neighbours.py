"""A kept answer to the same question in other words: by vectors of the scope, verifier, guards and certificate."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.accounts.models import Tenant
from assistant.faq import calibration, generated, issuing, verifier
from assistant.faq.generated import AnswerCache, Found, Scope
from assistant.faq.models import CalibrationPair, GeneratedAnswer, PairOrigin
from assistant.faq.neighbours import CANDIDATES, Neighbours
from retrieval.protocols import Encoder
from tests.unit.assistant.faq.test_generated import BODY, SCOPE, passage, replace_revision

KEPT = "How can I reset my password?"
REWORDED = "How do I reset the password?"
LOW = -20.0


@pytest.fixture
def cache(tenant: Tenant, encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> AnswerCache:
    monkeypatch.setattr(issuing, "threshold", lambda *_: 0.0)
    return AnswerCache(encoder.name)


def keep(cache: AnswerCache, encoder: Encoder, tenant: Tenant, text: str = KEPT, scope: Scope = SCOPE) -> None:
    vector = encoder.encode_questions([text])[0]
    assert cache.keep(scope, text, BODY, [passage(tenant, f"d{GeneratedAnswer.objects.count()}")], 2.0, vector)


def find(cache: AnswerCache, encoder: Encoder, text: str, scope: Scope = SCOPE) -> Found | None:
    return cache.find(scope, text, encoder.encode_questions([text])[0])


def test_other_words_find_the_answer_and_say_that_they_were_other(
    cache: AnswerCache, encoder: Encoder, tenant: Tenant
) -> None:
    keep(cache, encoder, tenant)
    found = find(cache, encoder, REWORDED)
    assert found is not None
    assert (found.body, found.question, found.exact) == (BODY, KEPT, False)
    assert find(cache, encoder, "What does delivery to Berlin cost?") is None
    assert find(cache, encoder, "How can I not reset my password?") is None


def test_an_answer_kept_later_is_found_by_a_process_that_looked_before(
    cache: AnswerCache, encoder: Encoder, tenant: Tenant
) -> None:
    assert find(cache, encoder, REWORDED) is None
    keep(AnswerCache(encoder.name), encoder, tenant)
    assert find(cache, encoder, REWORDED) is not None


def test_without_a_certificate_or_a_vector_only_equal_words_are_served(
    cache: AnswerCache, encoder: Encoder, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(cache, encoder, tenant)
    assert cache.find(SCOPE, REWORDED) is None
    monkeypatch.setattr(issuing, "threshold", lambda *_: None)
    assert find(cache, encoder, REWORDED) is None
    assert find(cache, encoder, KEPT.upper()) is not None


def test_no_other_scope_is_searched(cache: AnswerCache, encoder: Encoder, tenant: Tenant) -> None:
    keep(cache, encoder, tenant)
    for other in ({"groups": frozenset({"staff"})}, {"domain": "finance"}, {"model": "m2"}, {"prompts": "p2"}):
        assert find(cache, encoder, REWORDED, replace(SCOPE, **other)) is None


def test_an_edit_of_the_evidence_takes_the_answer_from_other_words_too(
    cache: AnswerCache, encoder: Encoder, tenant: Tenant
) -> None:
    hit = passage(tenant, "lamp")
    cache.keep(SCOPE, KEPT, BODY, [hit], 2.0, encoder.encode_questions([KEPT])[0])
    assert find(cache, encoder, REWORDED) is not None
    replace_revision(hit)
    assert find(cache, encoder, REWORDED) is None


def test_a_pair_that_was_called_wrong_is_not_served_again(cache: AnswerCache, encoder: Encoder, tenant: Tenant) -> None:
    keep(cache, encoder, tenant)
    calibration.record(tenant, "en", "general", REWORDED, KEPT, same=False, origin=PairOrigin.FEEDBACK)
    assert find(cache, encoder, REWORDED) is None
    assert find(cache, encoder, KEPT) is not None


def test_a_wrong_answer_given_for_other_words_is_withdrawn_where_it_was_kept(
    cache: AnswerCache, encoder: Encoder, tenant: Tenant
) -> None:
    keep(cache, encoder, tenant)
    assert generated.withdraw_question("acme", "en", REWORDED, BODY["text"]) == 1
    assert find(cache, encoder, REWORDED) is None
    assert find(cache, encoder, KEPT) is None
    assert calibration.differ("acme", KEPT, REWORDED)


def test_memory_is_bounded_by_scopes_and_rows(cache: AnswerCache, encoder: Encoder, tenant: Tenant) -> None:
    few = Neighbours(encoder.name, scopes=2, most=3)
    scopes = [replace(SCOPE, prompts=f"p{n}") for n in range(3)]
    for scope in scopes:
        keep(cache, encoder, tenant, scope=replace(scope, domain=scope.prompts), text=KEPT)
    for n in range(5):
        keep(cache, encoder, tenant, text=KEPT + "!" * n + f" {'x' * n}", scope=scopes[0])
    vector = encoder.encode_questions([KEPT])[0]
    for scope in scopes:
        list(few.same(scope.name(), KEPT, vector, LOW))
    assert len(few._scopes) == 2
    assert GeneratedAnswer.objects.filter(scope=scopes[0].name()).count() == 5
    list(few.same(scopes[0].name(), KEPT, vector, LOW))
    assert len(few._scopes[scopes[0].name()].ids) == 3


def test_a_language_an_encoder_and_a_tenant_find_what_is_theirs_alone(
    cache: AnswerCache, encoder: Encoder, tenant: Tenant
) -> None:
    Tenant.objects.create(slug="other", name="Other")
    keep(cache, encoder, tenant)
    assert find(cache, encoder, REWORDED, replace(SCOPE, language="zh")) is None
    assert find(cache, encoder, REWORDED, replace(SCOPE, tenant="other")) is None
    assert find(AnswerCache("another encoder"), encoder, REWORDED) is None
    assert find(AnswerCache(), encoder, REWORDED) is None
    assert find(cache, encoder, REWORDED) is not None


@pytest.mark.parametrize("groups", [{"staff"}, {"public", "staff"}, set()])
def test_who_may_read_more_or_less_is_not_served_the_others_answer(
    cache: AnswerCache, encoder: Encoder, tenant: Tenant, groups: set[str]
) -> None:
    keep(cache, encoder, tenant)
    assert find(cache, encoder, REWORDED, replace(SCOPE, groups=frozenset(groups))) is None
    keep(cache, encoder, tenant, scope=replace(SCOPE, groups=frozenset({"board"})))
    assert find(cache, encoder, REWORDED, replace(SCOPE, groups=frozenset(groups))) is None


@pytest.mark.parametrize("order", [(REWORDED, KEPT), (KEPT, REWORDED)])
def test_a_pair_called_different_is_not_served_in_either_direction_nor_after_a_restart(
    cache: AnswerCache, encoder: Encoder, tenant: Tenant, order: tuple[str, str]
) -> None:
    kept, asked = order
    keep(cache, encoder, tenant, kept)
    assert find(cache, encoder, asked) is not None
    calibration.record(tenant, "en", "general", KEPT, REWORDED, same=False, origin=PairOrigin.AGENT)
    for process in (cache, AnswerCache(encoder.name)):
        assert find(process, encoder, asked) is None
        assert find(process, encoder, f"Hello, {asked.lower()}") is None


def test_what_another_tenant_calls_different_is_served_here(
    cache: AnswerCache, encoder: Encoder, tenant: Tenant
) -> None:
    other = Tenant.objects.create(slug="other", name="Other")
    keep(cache, encoder, tenant)
    calibration.record(other, "en", "general", KEPT, REWORDED, same=False, origin=PairOrigin.AGENT)
    assert find(cache, encoder, REWORDED) is not None


def test_answers_that_fell_and_were_made_anew_do_not_crowd_out_the_one_that_stands(
    cache: AnswerCache, encoder: Encoder, tenant: Tenant
) -> None:
    vector = encoder.encode_questions([KEPT])[0]
    for n in range(CANDIDATES + 4):
        hit = passage(tenant, f"lamp{n}")
        assert cache.keep(SCOPE, KEPT, BODY, [hit], 2.0, vector)
        assert find(cache, encoder, REWORDED) is not None, n
        if n < CANDIDATES + 3:
            replace_revision(hit)


def test_many_fallen_answers_nearby_hide_nothing_and_are_forgotten(
    cache: AnswerCache, encoder: Encoder, tenant: Tenant
) -> None:
    hits = [passage(tenant, f"d{n}") for n in range(CANDIDATES + 2)]
    near = encoder.encode_questions([REWORDED])[0]
    for n, hit in enumerate(hits, start=1):  # nearer than the one that stands, and kept for other words each
        assert cache.keep(SCOPE, REWORDED + " the" * n, {"text": str(n)}, [hit], 2.0, near)
        replace_revision(hit)
    cache.keep(SCOPE, KEPT, BODY, [passage(tenant, "stands")], 2.0, encoder.encode_questions([KEPT])[0])
    found = find(cache, encoder, REWORDED)
    assert found is not None
    assert found.body == BODY


def test_what_is_forgotten_is_not_yielded_and_forgetting_twice_is_no_news(
    cache: AnswerCache, encoder: Encoder, tenant: Tenant
) -> None:
    keep(cache, encoder, tenant)
    row, vector = GeneratedAnswer.objects.get(), encoder.encode_questions([REWORDED])[0]
    near = Neighbours(encoder.name)
    assert not near.forget(SCOPE.name(), row.pk)
    assert list(near.same(SCOPE.name(), REWORDED, vector, LOW)) == [(row.pk, KEPT)]
    assert near.forget(SCOPE.name(), row.pk)
    assert not near.forget(SCOPE.name(), row.pk)
    assert list(near.same(SCOPE.name(), REWORDED, vector, LOW)) == []


def test_the_likeliest_comes_first_and_nothing_below_the_asked_score(
    cache: AnswerCache, encoder: Encoder, tenant: Tenant
) -> None:
    for text in (KEPT, "How do I reset my password again?", "Where can I reset a password?"):
        keep(cache, encoder, tenant, text)
    vector = encoder.encode_questions([REWORDED])[0]

    def scores(least: float) -> list[float]:
        found = Neighbours(encoder.name).same(SCOPE.name(), REWORDED, vector, least)
        texts = [text for _, text in found]
        judge = verifier.shipped()
        rows = encoder.encode_questions(texts) if texts else []
        return [judge.score_pair(REWORDED, text, vector, row) for text, row in zip(texts, rows, strict=True)]

    every = scores(LOW)
    assert len(every) >= 2
    assert every == sorted(every, reverse=True)
    assert scores(every[0] - 1e-3) == pytest.approx(every[:1], abs=1e-3)
    assert scores(every[0] + 1.0) == []


def test_the_newest_push_the_oldest_out_while_the_process_runs(
    cache: AnswerCache, encoder: Encoder, tenant: Tenant
) -> None:
    few, vector = Neighbours(encoder.name, most=2), encoder.encode_questions([KEPT])[0]
    texts = [KEPT, REWORDED, "How could I reset my password?"]
    for count, text in enumerate(texts, start=1):
        keep(cache, encoder, tenant, text)
        list(few.same(SCOPE.name(), KEPT, vector, LOW))
        assert few._scopes[SCOPE.name()].questions == texts[max(count - 2, 0) : count]


def test_a_wrong_answer_is_withdrawn_for_all_groups_and_domains_of_the_tenant_and_language_alone(
    cache: AnswerCache, encoder: Encoder, tenant: Tenant
) -> None:
    other = Tenant.objects.create(slug="other", name="Other")
    staff, finance = replace(SCOPE, groups=frozenset({"staff"})), replace(SCOPE, domain="finance")
    chinese, foreign = replace(SCOPE, language="zh"), replace(SCOPE, tenant=other.slug)
    for scope in (SCOPE, staff, finance, chinese, foreign):
        keep(cache, encoder, tenant, scope=scope)
    assert generated.withdraw_question("acme", "en", f"Hi, {KEPT.upper()}") == 3
    assert generated.withdraw_question("acme", "en", KEPT) == 0
    assert [find(cache, encoder, KEPT, scope) is not None for scope in (SCOPE, staff, finance, chinese, foreign)] == [
        False, False, False, True, True,
    ]  # fmt: skip
    assert find(cache, encoder, REWORDED) is None
    assert not cache.keep(SCOPE, KEPT, BODY, [passage(tenant, "again")], 2.0)
    assert not CalibrationPair.objects.exists()  # equal words say nothing about a pair
