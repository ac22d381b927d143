"""The log in the admin: found, read, exported, never edited."""

from __future__ import annotations

import csv
import io

from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from assistant.accounts.models import Tenant
from assistant.audit.models import Entry
from assistant.faq.models import FaqEntry

LIST = "/admin/audit/entry/"


def fill(tenant: Tenant, count: int = 3) -> None:
    for number in range(count):
        FaqEntry.objects.create(tenant=tenant, key=f"k{number}", language="en", question=f"Q{number}?", answer="=1+1")


def exported(client: Client, query: str = "") -> list[dict[str, str]]:
    response = client.get(f"{LIST}export/{query}")
    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(text)))


def test_a_change_through_a_page_names_the_person(editor: Client, tenant: Tenant) -> None:
    editor.post(f"/admin/accounts/tenant/{tenant.pk}/change/", {"name": "Acme Ltd", "slug": "acme", "language": "en"})
    entry = Entry.objects.filter(kind="accounts.tenant")[0]
    assert (entry.who, entry.channel, entry.after) == ("ann", "admin", {"name": "Acme Ltd"})


def test_the_list_is_searched_by_what_was_before_and_filtered_by_tenant(editor: Client, tenant: Tenant) -> None:
    fill(tenant)
    page = editor.get(LIST, {"q": "Q1?"}).content.decode()
    assert "Q1?" in page
    assert "Q2?" not in page
    assert "Q1?" not in editor.get(LIST, {"tenant": "other"}).content.decode()


def test_an_entry_shows_before_and_after_with_markup_as_text(editor: Client, tenant: Tenant) -> None:
    Tenant.objects.filter(pk=tenant.pk).update(name="<b>Acme</b>")
    entry = Entry.objects.filter(kind="accounts.tenant")[0]
    page = editor.get(reverse("admin:audit_entry_change", args=[entry.pk])).content.decode()
    assert "<del>Acme</del>" in page
    assert "<ins>&lt;b&gt;Acme&lt;/b&gt;</ins>" in page
    assert reverse("admin:accounts_tenant_change", args=[tenant.pk]) in page


def test_nothing_can_be_added_changed_or_deleted(editor: Client, tenant: Tenant) -> None:
    entry = Entry.objects.all()[0]
    assert editor.get(f"{LIST}add/").status_code == 403
    assert editor.post(f"{LIST}{entry.pk}/delete/", {"post": "yes"}).status_code == 403
    assert editor.post(f"{LIST}{entry.pk}/change/", {"who": "x"}).status_code == 403
    editor.post(LIST, {"action": "delete_selected", "_selected_action": [entry.pk], "post": "yes"})
    assert Entry.objects.filter(pk=entry.pk).exists()


def test_the_export_holds_what_the_filters_leave_and_no_formula(editor: Client, tenant: Tenant) -> None:
    fill(tenant)
    rows = exported(editor, "?kind=faq.faqentry&q=Q1")
    assert [row["label"] for row in rows] == ["Q1?"]
    assert '"answer": "=1+1"' in rows[0]["after"]
    tenant.name = "=HYPERLINK(1)"
    tenant.save()
    assert exported(editor, "?kind=accounts.tenant")[0]["label"] == "'=HYPERLINK(1)"


def test_the_log_needs_a_right_of_its_own(client: Client, tenant: Tenant) -> None:
    bob = User.objects.create_user("bob", password="secret-of-bob", is_staff=True)
    client.force_login(bob)
    assert client.get(LIST).status_code == 403
    assert client.get(f"{LIST}export/").status_code == 403
    bob.user_permissions.add(Permission.objects.get(codename="view_entry"))
    assert client.get(LIST).status_code == 200


def test_a_longer_list_asks_the_database_no_oftener(
    editor: Client, tenant: Tenant, django_assert_max_num_queries: object
) -> None:
    fill(tenant, 40)
    with django_assert_max_num_queries(14):  # type: ignore[operator]
        assert editor.get(LIST).status_code == 200


def test_the_pages_read_chinese(editor: Client, tenant: Tenant) -> None:
    page = editor.get(LIST, headers={"Accept-Language": "zh-hans"}).content.decode()
    for word in ("操作人", "途径", "导出当前列表（CSV）", "新增"):
        assert word in page
