"""An editor trains, sees what is live, goes back, and declares slots, without a command line."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from assistant.accounts.models import Tenant
from assistant.intents import services
from assistant.intents.classifier import IntentClassifier
from assistant.intents.models import Intent, TrainedClassifier
from retrieval.protocols import Encoder

VERSIONS = "/admin/intents/trainedclassifier/"


@pytest.fixture
def editor(transactional_db: None) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.create_superuser("eve", password="eve"))
    return client


def test_an_editor_goes_back_to_an_earlier_version(tenant: Tenant, editor: Client) -> None:
    first = services.train_tenant(tenant)
    services.save_intent(tenant, "refund", [("Please reimburse me", "en")])
    services.train_tenant(tenant)
    TrainedClassifier.objects.filter(pk=first.pk).update(held_out_accuracy=0.9411764705882353)
    page = editor.get(VERSIONS).content.decode()
    assert "→" in page
    assert "94.1 %" in page
    assert "0.94117" not in page
    chosen = {"action": "make_live", "_selected_action": [str(first.pk)]}
    assert "is live" in editor.post(VERSIONS, chosen, follow=True).content.decode()
    live = TrainedClassifier.objects.get(live=True)
    assert (live.version, live.went_live_by) == (first.version, "eve")


def test_slots_are_boxes_to_tick_and_come_with_the_guess(
    tenant: Tenant, editor: Client, house_encoder: Encoder
) -> None:
    services.train_tenant(tenant)
    intent = Intent.objects.get(name="order_status")
    address = f"/admin/intents/intent/{intent.pk}/change/"
    assert 'value="order_number"' in editor.get(address).content.decode()
    form = {"tenant": tenant.pk, "name": intent.name, "route": "faq", "domain": "general", "description": ""}
    form |= {"replies": "{}", "slots": ["order_number", "date"]}
    form |= {f"examples-{name}": value for name, value in (("TOTAL_FORMS", 0), ("INITIAL_FORMS", 0))}
    assert editor.post(address, form).status_code == 302
    classifier = IntentClassifier(house_encoder.name)
    classifier.refresh()
    text = "Where is my order 20260418?"
    guess = classifier.classify("acme", text, house_encoder.encode_questions([text])[0])
    assert [(slot.kind, slot.value) for slot in guess.slots] == [("order_number", "20260418")]


def test_the_page_of_a_version_shows_no_weights(tenant: Tenant, editor: Client) -> None:
    row = services.train_tenant(tenant)
    page = editor.get(f"{VERSIONS}{row.pk}/change/").content.decode()
    assert "held-out" in page
    assert "PK\\x03" not in page


@pytest.mark.parametrize("action", ["train_now", "make_live"])
def test_who_may_only_look_neither_trains_nor_switches(tenant: Tenant, transactional_db: None, action: str) -> None:
    first = services.train_tenant(tenant)
    services.save_intent(tenant, "refund", [("Please reimburse me", "en")])
    second = services.train_tenant(tenant)
    live, before = TrainedClassifier.objects.get(live=True), TrainedClassifier.objects.count()
    reader = User.objects.create_user("cleo", is_staff=True)
    reader.user_permissions.set(Permission.objects.filter(codename__in=["view_intent", "view_trainedclassifier"]))
    browser = Client()
    browser.force_login(reader)
    other = first if live == second else second
    address, chosen = (
        (VERSIONS, other.pk) if action == "make_live" else ("/admin/intents/intent/", Intent.objects.first())
    )
    services.save_intent(tenant, "goodbye", [("See you soon", "en")])
    browser.post(address, {"action": action, "_selected_action": [str(getattr(chosen, "pk", chosen))]}, follow=True)
    assert TrainedClassifier.objects.get(live=True) == live
    assert TrainedClassifier.objects.count() == before


def test_the_page_of_a_version_draws_what_was_confused(tenant: Tenant, editor: Client) -> None:
    row = services.train_tenant(tenant)
    assert row.report is not None
    row.report["confusions"] = [["refund", "order_status", 4, "Send <it> back"]]
    row.save(update_fields=["report"])
    address = f"{VERSIONS}{row.pk}/change/"
    page = editor.get(address).content.decode()
    assert "Confusion matrix of 2 of 5 intents" in page
    assert "refund taken for order_status: 4, such as “Send &lt;it&gt; back”" in page
    assert "5 个意图中的 2 个" in editor.get(address, headers={"accept-language": "zh-hans"}).content.decode()
