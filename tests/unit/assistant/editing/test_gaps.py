"""Questions without evidence: counted by meaning, answered ones left out, one tenant's alone."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from assistant.accounts.models import Tenant
from assistant.editing import gaps
from assistant.editing.gaps import NEAR, Asked, ask_when_due, group, unanswered
from assistant.editing.models import Run
from assistant.faq import services as faq
from assistant.faq.models import FaqEntry
from retrieval.encoders.batching import BatchingEncoder
from tests.unit.assistant.editing.conftest import Tell

NOW = timezone.now()


@pytest.fixture
def refuse(tell: Tell) -> Tell:
    def refused(question: str, **more: object) -> object:
        return tell("Sorry.", question=question, **{"code": "no_evidence", **more})

    return refused  # type: ignore[return-value]


def test_questions_of_one_meaning_are_one_gap_called_by_what_was_asked_most(
    refuse: Tell, tenant: Tenant, words: BatchingEncoder
) -> None:
    for question in ("parking garage visitors", "Parking garage visitors?", "garage parking visitors", "lunch menu"):
        refuse(question)
    outcome = gaps.find(Run(tenant=tenant), lambda _: None)
    first, second = outcome.result["gaps"]
    assert (first["count"], first["others"]) == (3, ["garage parking visitors"])
    assert (second["question"], second["count"]) == ("lunch menu", 1)
    assert outcome.note.en == "2 gaps in 4 questions"


def test_what_was_answered_or_refused_for_another_reason_is_no_gap(tell: Tell, refuse: Tell, tenant: Tenant) -> None:
    tell("Here [1].", question="answered")
    refuse("call 112", code="emergency")
    refuse("long ago", at=NOW - dt.timedelta(days=60))
    refuse("number", code="ungrounded")
    assert [row.question for row in unanswered(tenant)] == ["number"]


def test_a_gap_closes_with_the_curated_answer(refuse: Tell, tenant: Tenant) -> None:
    refuse("Where can I park?")
    entry = FaqEntry(tenant=tenant, key="park", language="en", question="where can I park", answer="Level 3.")
    faq.save(entry, embed=False)
    assert unanswered(tenant) == []
    entry.published = False
    faq.save(entry, embed=False)
    assert len(unanswered(tenant)) == 1


def test_the_neighbours_questions_stay_theirs(refuse: Tell, tenant: Tenant, other: Tenant) -> None:
    refuse("our secret project", owner=other)
    assert unanswered(tenant) == []
    assert [row.question for row in unanswered(other)] == ["our secret project"]


def test_nothing_refused_is_no_gap_and_needs_no_encoder(tenant: Tenant) -> None:
    assert gaps.find(Run(tenant=tenant), lambda _: None).note.en == "0 gaps in 0 questions"


def test_a_look_is_asked_for_once_after_new_refusals(refuse: Tell, tenant: Tenant, other: Tenant) -> None:
    assert ask_when_due() == 0
    refuse("Where can I park?")
    assert (ask_when_due(), ask_when_due()) == (1, 0)
    assert Run.objects.get().tenant == tenant


@given(st.lists(st.integers(0, 5), max_size=30), st.integers(0, 2**32 - 1))
def test_grouping_loses_no_question_and_ties_no_strangers(meanings: list[int], seed: int) -> None:
    chance = np.random.default_rng(seed)
    axes = np.eye(6, 8, dtype=np.float32)
    vectors = np.array([axes[m] + chance.normal(0, 0.02, 8) for m in meanings], np.float32).reshape(-1, 8)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    asked = [Asked(f"{m}-{i}", "en", 1 + i % 3, NOW) for i, m in enumerate(meanings)]
    found = group(asked, vectors)
    assert sum(gap.count for gap in found) == sum(row.count for row in asked)
    assert len(found) == len(set(meanings))
    for gap in found:
        assert {name[0] for name in (gap.question, *gap.others)} == {gap.question[0]}


def test_a_chain_of_small_steps_does_not_tie_its_ends() -> None:
    angle = np.arccos(NEAR) * 0.9
    vectors = np.array([[np.cos(n * angle), np.sin(n * angle)] for n in range(3)], np.float32)
    found = group([Asked(name, "en", 3 - n, NOW) for n, name in enumerate("abc")], vectors)
    assert [(gap.question, gap.others) for gap in found] == [("a", ["b"]), ("c", [])]


def test_a_look_without_a_tenant_says_so() -> None:
    assert gaps.find(Run(), lambda _: None).note.en == "no tenant was named"


def test_wordings_that_differ_by_case_width_and_script_are_one_question_with_its_latest_time(
    refuse: Tell, tenant: Tenant
) -> None:
    for days, question in ((3, "ＷＩＦＩ密碼是什麼？"), (1, "wifi密码是什么"), (2, "WiFi密码是什么？")):
        refuse(question, language="zh", at=NOW - dt.timedelta(days=days))
    (row,) = unanswered(tenant)
    assert (row.count, row.language, row.last) == (3, "zh", NOW - dt.timedelta(days=1))


def test_a_question_of_signs_alone_is_no_gap(refuse: Tell, tenant: Tenant) -> None:
    refuse("?!")
    assert unanswered(tenant) == []


def test_the_neighbours_curated_answer_closes_no_gap_of_ours(refuse: Tell, tenant: Tenant, other: Tenant) -> None:
    refuse("Where can I park?")
    faq.save(FaqEntry(tenant=other, key="p", language="en", question="Where can I park?", answer="3."), embed=False)
    assert len(unanswered(tenant)) == 1
