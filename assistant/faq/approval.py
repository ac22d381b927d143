"""Draft, review, approval: what a person edits is served after another person has approved it.

Where only one person may approve, that person's own edits count as approved: there is nobody to ask. What programs
load (commands, the API) was approved by whoever runs them.
"""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.db.models import Q

from assistant.errors import Conflict, NotPermitted, Text
from assistant.faq import services
from assistant.faq.models import EntryState, FaqEntry

PERMISSION = "faq.approve_faqentry"

NOT_AN_APPROVER = Text(
    en="You may not approve curated answers. Ask somebody with the permission “Can approve FAQ entries”.",
    zh="您无权批准 FAQ 条目。请联系拥有“可批准 FAQ 条目”权限的同事。",
)
OWN_EDIT = Text(
    en="You edited this entry yourself: another person approves it.",
    zh="该条目由您本人修改，须由另一位同事批准。",
)
NOT_IN_REVIEW = Text(
    en="Only an entry in review can be approved or sent back.",
    zh="只有处于审核中的条目才能批准或退回。",
)

Person = User | AbstractBaseUser | AnonymousUser


def approvers() -> int:
    """Count the people who may approve: those who cannot open the admin are nobody to ask."""
    codename = PERMISSION.partition(".")[2]
    granted = Q(user_permissions__codename=codename) | Q(groups__permissions__codename=codename)
    people = get_user_model().objects.filter(Q(is_superuser=True) | granted, is_active=True, is_staff=True)
    return people.distinct().count()


def edited(entry: FaqEntry, person: User) -> FaqEntry:
    """Save what a person edited: a draft, or approved when nobody else could approve it. Raises as `services.save`."""
    entry.author = person
    entry.approver = None
    entry.state = EntryState.DRAFT
    if person.has_perm(PERMISSION) and approvers() == 1:
        entry.state, entry.approver = EntryState.APPROVED, person
    return services.save(entry)


def submit(entry: FaqEntry) -> FaqEntry:
    """Put a draft up for review; what is in review or approved stays as it is."""
    if entry.state != EntryState.DRAFT:
        return entry
    entry.state = EntryState.REVIEW
    return services.save(entry)


def approve(entry: FaqEntry, person: User) -> FaqEntry:
    """Serve the entry as it is now.

    Raises NotPermitted (not_permitted, own_edit) and Conflict (not_in_review).
    """
    if not person.has_perm(PERMISSION):
        raise NotPermitted(NOT_AN_APPROVER)
    if entry.state != EntryState.REVIEW:
        raise Conflict(NOT_IN_REVIEW, code="not_in_review")
    if entry.author_id == person.pk and approvers() > 1:
        raise NotPermitted(OWN_EDIT, code="own_edit")
    entry.state, entry.approver = EntryState.APPROVED, person
    return services.save(entry)


def send_back(entry: FaqEntry, person: User) -> FaqEntry:
    """Make a draft of an entry in review. Raises NotPermitted and Conflict (not_in_review)."""
    if not person.has_perm(PERMISSION):
        raise NotPermitted(NOT_AN_APPROVER)
    if entry.state != EntryState.REVIEW:
        raise Conflict(NOT_IN_REVIEW, code="not_in_review")
    entry.state = EntryState.DRAFT
    return services.save(entry)
