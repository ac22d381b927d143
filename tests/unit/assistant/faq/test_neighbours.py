"""A kept answer to the same question in other words: by vectors of the scope, verifier, guards and certificate."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.accounts.models import Tenant
from assistant.faq import calibration, generated, issuing
from assistant.faq.generated import AnswerCache, Found, Scope
from assistant.faq.models import GeneratedAnswer, PairOrigin
from assistant.faq.neighbours import Neighbours
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
    name = calibration.digest(REWORDED, KEPT)
    assert calibration.denied("acme") == {name}


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
