from __future__ import annotations

import pytest

from assistant.accounts.models import Tenant
from assistant.knowledge import services
from assistant.knowledge.comparison import Line, compare
from assistant.knowledge.models import Revision
from retrieval.errors import UnreadableDocument

FIRST = "# 营业时间\n\n周一至周五营业。上午九点开门。下午五点关门。\n"
SECOND = "# 营业时间\n\n周一至周五营业。上午八点开门。下午五点关门。\n"


def revisions(tenant: Tenant, *contents: bytes, name: str = "hours.md") -> list[Revision]:
    document = services.add_document(tenant, name, contents[0])
    return [document.revisions.get(), *(services.replace(document, name, data) for data in contents[1:])]


def test_a_changed_sentence_is_shown_with_what_stands_around_it(tenant: Tenant) -> None:
    before, after = revisions(tenant, FIRST.encode(), SECOND.encode())
    assert compare(before, after) == [
        Line(" ", "营业时间"), Line(" ", "周一至周五营业。"), Line("-", "上午九点开门。"), Line("+", "上午八点开门。"),
        Line(" ", "下午五点关门。"),
    ]  # fmt: skip


def test_revisions_that_read_the_same_differ_in_nothing(tenant: Tenant) -> None:
    before, after = revisions(tenant, FIRST.encode(), FIRST.encode() + b"\n\n")
    assert compare(before, after) == []


def test_a_revision_that_cannot_be_read_is_named(tenant: Tenant) -> None:
    before, after = revisions(tenant, b"%PDF-1.7 no", b"%PDF-1.7 neither", name="a.pdf")
    with pytest.raises(UnreadableDocument):
        compare(before, after)
