"""From when until when an entry answers, in which language, and what two entries may not share."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable

import pytest
from django.utils import timezone

from assistant.accounts.models import Tenant
from assistant.errors import Conflict, InvalidInput
from assistant.faq import rows, services
from assistant.faq.lookup import FaqIndex
from assistant.faq.models import FaqEntry, FaqSettings
from assistant.faq.stats import FaqStats
from retrieval.protocols import Encoder


def make(tenant: Tenant, answer: str = "9 to 5.", key: str = "hours", language: str = "en", **more: object) -> FaqEntry:
    fields = {"question": "When are you open?", **more}
    return services.save(FaqEntry(tenant=tenant, key=key, language=language, answer=answer, **fields))


def soon(seconds: float) -> dt.datetime:
    return timezone.now() + dt.timedelta(seconds=seconds)


@pytest.fixture
def index(tenant: Tenant, house_encoder: Encoder, redis_url: str) -> FaqIndex:
    return FaqIndex(house_encoder, FaqStats(redis_url))


def test_the_schedule_holds_to_the_second_without_a_query(
    tenant: Tenant, index: FaqIndex, django_assert_num_queries: Callable[[int], object]
) -> None:
    turn = soon(3.0)  # two entries are saved and read before it, also on a machine that has other things to do
    make(tenant, "9 to 5.", valid_until=turn)
    make(tenant, "10 to 6.", key="hours-new", publish_at=turn)
    index.refresh()
    with django_assert_num_queries(0):  # type: ignore[attr-defined]
        seen = {}
        while time.time() < turn.timestamp() + 0.3:
            before = time.time()
            match = index.exact("acme", "when are you open")
            if time.time() < turn.timestamp() or before >= turn.timestamp():
                seen.setdefault(before >= turn.timestamp(), set()).add(match and match.answer)
    assert seen == {False: {"9 to 5."}, True: {"10 to 6."}}


def test_an_entry_outside_its_time_is_not_found_by_meaning(
    tenant: Tenant, index: FaqIndex, house_encoder: Encoder
) -> None:
    make(tenant, valid_from=soon(60))
    index.refresh()
    vector = house_encoder.encode_questions(["When are you open?"])[0]
    assert index.nearest("acme", vector, "When are you open?", "en") is None


def test_a_time_that_never_comes_is_refused(tenant: Tenant) -> None:
    with pytest.raises(InvalidInput) as refused:
        make(tenant, valid_from=soon(60), valid_until=soon(30))
    assert refused.value.code == "bad_validity"
    make(tenant, valid_until=soon(-30))
    assert rows.published("acme", "e5") == []


def test_two_answers_to_one_question_at_a_time_are_refused_and_the_other_one_named(tenant: Tenant) -> None:
    make(tenant, variants=["opening hours"])
    with pytest.raises(Conflict, match=r"“opening hours” is answered by the entry hours \(en\)") as refused:
        make(tenant, "10 to 6.", key="new", question="Opening  HOURS?")
    assert refused.value.code == "faq_question_taken"
    assert "错开" in refused.value.text.zh
    assert FaqEntry.objects.count() == 1


@pytest.mark.parametrize(
    "other",
    [
        {"language": "zh"},
        {"access": ["staff"]},
        {"published": False},
        {"valid_from": dt.datetime(2099, 1, 1, tzinfo=dt.UTC)},
    ],
    ids=["another language", "other people", "switched off", "after the first ended"],
)
def test_the_same_question_may_stand_where_it_takes_nothing_away(tenant: Tenant, other: dict[str, object]) -> None:
    make(tenant, valid_until=dt.datetime(2098, 1, 1, tzinfo=dt.UTC))
    make(tenant, "other", key="other", **other)
    assert FaqEntry.objects.count() == 2


def test_switching_on_what_would_conflict_is_refused(tenant: Tenant) -> None:
    make(tenant)
    off = make(tenant, "other", key="other", published=False)
    off.published = True
    with pytest.raises(Conflict):
        services.save(off)


@pytest.mark.parametrize("named", [True, False])
def test_an_answer_in_the_other_language_only_is_named_as_such_or_not(
    tenant: Tenant, index: FaqIndex, house_encoder: Encoder, named: bool
) -> None:
    services.configure(FaqSettings(tenant=tenant, name_fallback=named))
    make(tenant, variants=["你们几点开门？"])
    index.refresh()
    vector = house_encoder.encode_questions(["请问你们几点开门"])[0]
    exact, near = index.exact("acme", "你们几点开门"), index.nearest("acme", vector, "请问你们几点开门", "zh")
    notice = "\n\n" + rows.NOTICE["en"].zh if named else ""
    assert exact is not None
    assert near is not None
    assert (exact.answer, near.answer) == ("9 to 5." + notice,) * 2
    english = index.exact("acme", "When are you open?")
    assert english is not None
    assert english.answer == "9 to 5."


def test_where_the_language_has_an_entry_of_its_own_that_one_answers(
    tenant: Tenant, index: FaqIndex, house_encoder: Encoder
) -> None:
    make(tenant, variants=["你们几点开门？"])
    make(tenant, "九点到五点。", language="zh", question="营业时间是几点？")
    index.refresh()
    match = index.exact("acme", "你们几点开门")
    assert match is not None
    assert match.answer == "九点到五点。"


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Wi-Fi 怎么连", "en", True),
        ("What is VPN", "zh", True),
        ("Wi-Fi 6E", "zh", False),
        ("What is 支付宝 and how do I use it", "en", False),
        ("VPN 怎么用", "zh", False),
    ],
)
def test_a_name_in_foreign_letters_is_no_foreign_question(text: str, language: str, expected: bool) -> None:
    assert rows.foreign(text, language) is expected
