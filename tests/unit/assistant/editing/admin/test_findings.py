"""Gaps, duplicates and contradictions, stale documents, runs: what editors see and press, in both languages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assistant.accounts.models import Tenant
from assistant.editing.models import Run
from assistant.editing.models.run import Kind
from assistant.knowledge.models import Chunk, Document, Revision
from assistant.knowledge.models.job import JobState
from tests.unit.assistant.editing.conftest import Work

Add = Callable[..., Document]
GAPS, TWINS = reverse("admin:editing_gaps_changelist"), reverse("admin:editing_twins_changelist")
STALE, RUNS = reverse("admin:editing_staledocument_changelist"), reverse("admin:editing_run_changelist")
CHINESE = {"Accept-Language": "zh-hans"}


def finished(kind: str, tenant: Tenant, result: dict[str, object]) -> Run:
    return Run.objects.create(
        kind=kind, tenant=tenant, state=JobState.DONE, note="noted", result=result, finished_at=timezone.now()
    )


def gap(number: int = 0, **more: object) -> dict[str, object]:
    last = timezone.now().isoformat()
    return {"question": f"Where is <b>{number}</b>?", "language": "en", "count": 7, "last": last, "others": [], **more}


def test_a_gap_is_one_press_from_a_curated_answer_and_a_draft(editor: Client, tenant: Tenant, work: Work) -> None:
    finished(Kind.GAPS, tenant, {"gaps": [gap(1, others=["Find 1 how?"])]})
    page = editor.get(GAPS)
    row = page.context["page"][0]
    assert "Where is &lt;b&gt;1" in page.content.decode()
    form = editor.get(row["entry"]).content.decode()
    assert "Where is &lt;b&gt;1&lt;/b&gt;?" in form
    assert "Find 1 how?" in form
    form = editor.get(row["document"]).content.decode()
    assert "- Find 1 how?" in form
    assert 'id="id_draft" checked' in form


def test_a_draft_document_is_kept_out_of_search(editor: Client, tenant: Tenant, work: Work) -> None:
    form = {
        "tenant": tenant.pk, "title": "Parking", "text": "Level three.", "draft": "on", "domain": "general",
        "language": "en", "access": "public", "tags": "", "url": "", "licence": "",
        "revisions-TOTAL_FORMS": "0", "revisions-INITIAL_FORMS": "0",
    }  # fmt: skip
    assert editor.post(reverse("admin:knowledge_document_add"), form).status_code == 302
    work()
    document = Document.objects.get()
    assert (document.state, document.withdrawn, Chunk.objects.count()) == ("withdrawn", True, 0)


def test_looking_again_is_asked_of_the_worker_once(editor: Client, tenant: Tenant) -> None:
    for address in (GAPS, TWINS):
        editor.post(address)
        editor.post(address)
        assert "Under way" in editor.get(address).content.decode()
    assert [(run.kind, run.tenant, run.asked_by) for run in Run.objects.order_by("id")] == [
        ("gaps", tenant, "ann"),
        ("twins", tenant, "ann"),
    ]


def test_without_tenants_runs_or_findings_the_pages_say_so(editor: Client) -> None:
    assert "Nobody has looked yet" not in editor.get(GAPS).content.decode()
    tenant = Tenant.objects.create(slug="acme", name="Acme")
    assert "Nobody has looked yet." in editor.get(GAPS).content.decode()
    finished(Kind.GAPS, tenant, {"gaps": []})
    finished(Kind.TWINS, tenant, {"twins": []})
    assert "No question went without evidence" in editor.get(GAPS).content.decode()
    assert "没有重复或相互矛盾的段落。" in editor.get(TWINS, headers=CHINESE).content.decode()


def test_each_tenants_findings_are_shown_apart(editor: Client, tenant: Tenant, other: Tenant) -> None:
    finished(Kind.GAPS, tenant, {"gaps": [gap(question="ours")]})
    finished(Kind.GAPS, other, {"gaps": [gap(question="theirs")]})
    assert [row["question"] for row in editor.get(GAPS, {"tenant": "other"}).context["page"]] == ["theirs"]
    assert [row["question"] for row in editor.get(GAPS, {"tenant": "nobody"}).context["page"]] == ["ours"]


def test_long_findings_come_in_pages_at_a_steady_price(
    editor: Client, tenant: Tenant, django_assert_max_num_queries: object
) -> None:
    finished(Kind.GAPS, tenant, {"gaps": [gap(number) for number in range(60)]})
    with django_assert_max_num_queries(8):  # type: ignore[operator]
        page = editor.get(GAPS, {"p": "3"})
    assert len(page.context["page"]) == 10
    assert "p=2" in page.content.decode()


def test_a_contradiction_shows_both_passages_with_the_sentences_marked(
    editor: Client, add: Add, tenant: Tenant
) -> None:
    documents = [add(f"Within {days} days.", title=f"T{days}") for days in (30, 14)]
    sides = {
        side: {"chunk": "c", "document": str(d.pk), "title": d.title, "page": 2, "text": f"Hm. Within {days} days."}
        for side, d, days in zip(("first", "second"), documents, (30, 14), strict=True)
    }
    doubt = {"reason": "numbers", "first": "Within 30 days.", "second": "Within 14 days."}
    finished(Kind.TWINS, tenant, {"twins": [{"doubt": doubt, **sides}]})
    page = editor.get(TWINS).content.decode()
    assert "Contradiction: numbers" in page
    assert "<mark>Within 30 days</mark>" in page
    assert "<mark>Within 14 days</mark>" in page
    Document.objects.filter(pk=documents[0].pk).update(deleted_at=timezone.now())
    assert "Contradiction" not in editor.get(TWINS).content.decode()


def test_documents_that_need_a_look_say_why(editor: Client, add: Add, django_assert_max_num_queries: object) -> None:
    old, ending = add("old", title="Old"), add("ending", title="Ending", valid_until=timezone.now() + dt.timedelta(5))
    add("fresh", title="Fresh")
    Revision.objects.filter(document=old).update(created_at=timezone.now() - dt.timedelta(400))
    with django_assert_max_num_queries(9):  # type: ignore[operator]
        page = editor.get(STALE).content.decode()
    assert "not changed for a year" in page
    assert "its validity ends soon" in page
    assert "Fresh" not in page
    assert reverse("admin:knowledge_document_change", args=[ending.pk]) in page
    assert "有效期即将结束" in editor.get(STALE, headers=CHINESE).content.decode()


def test_the_index_is_asked_for_by_buttons_and_progress_is_seen(editor: Client) -> None:
    assert "build the index anew" in editor.get(RUNS).content.decode()
    for kind in ("reindex", "merge", "verify"):
        assert editor.post(reverse("admin:editing_run_ask", args=[kind])).status_code == 302
    Run.objects.filter(kind="reindex").update(state=JobState.RUNNING, progress=42)
    page = editor.get(RUNS)
    assert '<progress max="100" value="42">' in page.content.decode()
    assert page["Refresh"] == "3"
    Run.objects.update(state=JobState.DONE)
    assert "Refresh" not in editor.get(RUNS)


@pytest.mark.parametrize("kind", ["gaps", "preview", "nonsense"])
def test_only_work_on_the_index_is_asked_for_there(editor: Client, kind: str) -> None:
    assert editor.post(reverse("admin:editing_run_ask", args=[kind])).status_code == 403
    assert editor.get(reverse("admin:editing_run_ask", args=["verify"])).status_code == 405
    assert not Run.objects.exists()


def test_each_page_needs_its_right(client: Client, tenant: Tenant) -> None:
    bob = User.objects.create_user("bob", password="secret-of-bob", is_staff=True)
    client.force_login(bob)
    for address in (GAPS, TWINS, STALE, RUNS):
        assert client.get(address).status_code == 403
    assert client.post(GAPS).status_code == 403
    bob.user_permissions.add(Permission.objects.get(codename="view_run"))
    assert client.get(RUNS).status_code == 200
    assert client.post(reverse("admin:editing_run_ask", args=["reindex"])).status_code == 403
    assert not Run.objects.exists()


@pytest.mark.parametrize("address", [GAPS, TWINS, reverse("admin:editing_unrecognised_changelist")])
def test_an_empty_page_says_what_it_is_for_and_follows_the_worker_once_asked(
    address: str, editor: Client, tenant: Tenant
) -> None:
    english = editor.get(address, headers={"Accept-Language": "en"})
    assert english.context["about"] in english.content.decode()
    assert "Look now" in english.content.decode()
    assert "Refresh" not in english.headers
    chinese = editor.get(address, headers=CHINESE).content.decode()
    assert "开始查找" in chinese
    assert english.context["about"] not in chinese
    assert f'href="{reverse("admin:app_list", args=["editing"])}"' in chinese
    assert editor.post(address).status_code == 302
    asked = editor.get(address)
    assert asked.headers["Refresh"] == "3"
    assert "<progress" in asked.content.decode()
