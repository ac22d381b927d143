"""What a person edits is served after another person approved it; until then what was approved before is served."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User

from assistant.accounts.models import Tenant
from assistant.errors import Conflict, NotPermitted
from assistant.faq import approval, rows, services
from assistant.faq.models import EntryState, FaqEntry


@pytest.fixture
def ann(tenant: Tenant) -> User:
    return User.objects.create_superuser("ann")


@pytest.fixture
def ben(ann: User) -> User:
    made = User.objects.create_user("ben", is_staff=True)
    made.user_permissions.add(Permission.objects.get(codename="approve_faqentry"))
    return made


@pytest.fixture
def cleo(ann: User) -> User:
    return User.objects.create_user("cleo", is_staff=True)


def draft(tenant: Tenant, answer: str = "9 to 5.") -> FaqEntry:
    return FaqEntry(tenant=tenant, key="hours", language="en", question="When are you open?", answer=answer)


def served() -> list[str]:
    return [entry.answer for entry in rows.published("acme", "e5")]


def test_an_edit_is_served_after_another_person_approved_it(tenant: Tenant, ann: User, ben: User) -> None:
    entry = approval.edited(draft(tenant), ann)
    assert (entry.state, served()) == (EntryState.DRAFT, [])
    approval.submit(entry)
    assert served() == []
    approval.approve(entry, ben)
    assert (entry.approver, served()) == (ben, ["9 to 5."])


def test_while_an_edit_waits_customers_get_what_was_approved_before(tenant: Tenant, ann: User, ben: User) -> None:
    entry = services.save(draft(tenant), embed=False)
    entry = FaqEntry.objects.get(pk=entry.pk)
    entry.answer, entry.variants = "10 to 6.", ["opening hours"]
    approval.edited(entry, ann)
    entry.answer = "10 to 7."
    approval.edited(entry, ann)
    (before,) = rows.published("acme", "e5")
    assert (before.answer, [way.text for way in before.ways]) == ("9 to 5.", ["When are you open?"])
    approval.submit(entry)
    approval.approve(entry, ben)
    (after,) = rows.published("acme", "e5")
    assert (after.answer, {way.text for way in after.ways}) == ("10 to 7.", {"When are you open?", "opening hours"})
    assert FaqEntry.objects.get().served is None


def test_nobody_approves_an_edit_of_their_own(tenant: Tenant, ann: User, ben: User) -> None:
    entry = approval.submit(approval.edited(draft(tenant), ben))
    with pytest.raises(NotPermitted) as refused:
        approval.approve(entry, ben)
    assert refused.value.code == "own_edit"
    assert served() == []


def test_without_the_permission_nobody_approves_or_sends_back(tenant: Tenant, ann: User, cleo: User) -> None:
    entry = approval.submit(approval.edited(draft(tenant), cleo))
    for act in (approval.approve, approval.send_back):
        with pytest.raises(NotPermitted):
            act(entry, cleo)
    assert approval.send_back(entry, ann).state == EntryState.DRAFT


def test_only_what_is_in_review_is_approved(tenant: Tenant, ann: User, ben: User) -> None:
    entry = approval.edited(draft(tenant), ann)
    with pytest.raises(Conflict) as refused:
        approval.approve(entry, ben)
    assert refused.value.code == "not_in_review"


def test_where_one_person_alone_may_approve_their_edit_counts(tenant: Tenant, ann: User, cleo: User) -> None:
    assert approval.edited(draft(tenant), ann).state == EntryState.APPROVED
    assert served() == ["9 to 5."]


def test_what_a_command_loads_is_approved(tenant: Tenant, ann: User, ben: User) -> None:
    fields = {"question": "When are you open?", "variants": [], "answer": "9 to 5."}
    services.upsert(tenant, "hours", "en", embed=False, **fields)
    entry = FaqEntry.objects.get()
    entry.answer = "never"
    approval.edited(entry, ann)
    assert services.upsert(tenant, "hours", "en", embed=False, **{**fields, "answer": "9 to 6."})
    assert served() == ["9 to 6."]
