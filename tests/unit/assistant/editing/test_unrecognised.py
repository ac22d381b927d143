"""Questions that no intent fits: found by the live version, grouped, labelled by one press, and then gone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np
import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assistant.accounts.models import Tenant
from assistant.editing import runs
from assistant.editing.gaps import Gap
from assistant.editing.models import Run
from assistant.editing.models.run import Kind
from assistant.editing.unrecognised import find, like_strangers, nearest, unlabelled
from assistant.intents import services as intents
from assistant.intents.models import Example, Intent
from assistant.intents.recognition import seen
from retrieval.encoders.batching import BatchingEncoder
from tests.unit.assistant.editing.conftest import ENCODER, Tell

PAGE = reverse("admin:editing_unrecognised_changelist")
NOW = timezone.now()
TAUGHT = {
    "refund": ["money back please", "refund my money", "want refund money", "money refund", "refund please money back"],
    "parcel": ["where parcel", "parcel late", "track parcel", "parcel where late", "late parcel track"],
}
Look = Callable[[], list[dict[str, object]]]


@pytest.fixture
def taught(tenant: Tenant, words: BatchingEncoder) -> Tenant:
    for name, texts in TAUGHT.items():
        intents.save_intent(tenant, name, [(text, "en") for text in texts])
    return tenant


@pytest.fixture
def look(tenant: Tenant, words: BatchingEncoder) -> Look:
    """Asks the worker to look, and lets it."""

    def looked() -> list[dict[str, object]]:
        run = Run.objects.ask(Kind.UNRECOGNISED, tenant=tenant)
        assert runs.work_off() == 1
        run.refresh_from_db()
        assert run.state == "done", run.note
        groups: list[dict[str, object]] = run.result["groups"]
        return groups

    return looked


def test_before_anything_was_trained_all_questions_are_grouped(tell: Tell, look: Look) -> None:
    for question in ("parking garage visitors", "Parking garage visitors?", "garage parking visitors", "lunch menu"):
        tell("Hm.", question=question)
    first, second = look()
    assert (first["count"], first["others"], first["nearest"]) == (3, ["garage parking visitors"], "")
    assert second["question"] == "lunch menu"


def test_what_the_live_version_recognises_is_no_suggestion(tell: Tell, look: Look, taught: Tenant) -> None:
    row = intents.train_tenant(taught)
    assert row.live
    for question in ("refund money please", "parcel late where", "volcano saxophone"):
        tell("Hm.", question=question)
    groups = look()
    assert [group["question"] for group in groups] == ["volcano saxophone"]
    assert groups[0]["nearest"] in TAUGHT


def test_a_wish_for_a_human_is_recognised_without_training(tell: Tell, look: Look) -> None:
    tell("Passing you on.", question="I want to talk to a human")
    tell("您好", question="转人工", language="zh")
    assert look() == []


def test_examples_old_questions_and_the_neighbours_are_left_out(tell: Tell, taught: Tenant, other: Tenant) -> None:
    tell("Hm.", question="Money back, please!")
    tell("Hm.", question="long ago", at=NOW - dt.timedelta(days=60))
    tell("Hm.", question="theirs", owner=other)
    tell("Hm.", question="ours")
    assert [row.question for row in unlabelled(taught)] == ["ours"]
    assert [row.question for row in unlabelled(other)] == ["theirs"]


def test_what_somebody_called_out_of_scope_does_not_come_back(tell: Tell, look: Look, taught: Tenant) -> None:
    tell("Hm.", question="saxophone volcano loud")
    tell("Hm.", question="quiet ocean")
    assert len(look()) == 2
    intents.save_intent(taught, "oos", [("volcano saxophone loud", "en")], encoder=ENCODER)
    assert [group["question"] for group in look()] == ["quiet ocean"]


def test_strangers_are_compared_one_by_one(taught: Tenant) -> None:
    vectors = ENCODER.encode_questions(["ocean quiet", "sun", "quiet ocean"])
    assert list(like_strangers(taught, vectors, ENCODER.name)) == [False] * 3
    intents.save_intent(taught, "oos", [("quiet ocean", "en")], encoder=ENCODER)
    assert list(like_strangers(taught, vectors, ENCODER.name)) == [True, False, True]
    assert list(like_strangers(taught, vectors, "elder@1")) == [False] * 3


def test_a_group_is_nearest_to_what_most_of_its_wordings_are(tenant: Tenant) -> None:
    group = Gap("a", "en", 3, "", ["b", "c"])
    assert nearest(group, {"a": "x", "b": "y", "c": "y"}) == "y"
    assert nearest(group, {"a": "z", "b": "y", "c": "x"}) == "x"


def test_nothing_asked_needs_no_encoder_and_no_tenant_finds_nothing(tenant: Tenant) -> None:
    assert find(Run(tenant=tenant), lambda _: None).result == {"groups": []}
    assert find(Run(), lambda _: None).note.en == "no tenant was named"


def test_bulk_judgement_needs_no_questions(taught: Tenant) -> None:
    intents.train_tenant(taught)
    assert seen(taught, [], np.zeros((0, ENCODER.dimension), np.float32), ENCODER.name) == []


def test_each_question_is_judged_as_it_is_alone(taught: Tenant) -> None:
    intents.train_tenant(taught)
    texts = ["refund money please", "volcano", "parcel late where", "talk to an agent"]
    vectors = ENCODER.encode_questions(texts)
    together = seen(taught, texts, vectors, ENCODER.name)
    alone = [seen(taught, [text], vectors[n : n + 1], ENCODER.name)[0] for n, text in enumerate(texts)]
    assert [(each.name, each.recognised) for each in together] == [(each.name, each.recognised) for each in alone]
    assert [each.recognised for each in together] == [True, False, True, True]


def test_one_press_labels_a_group_and_it_is_gone(tell: Tell, look: Look, taught: Tenant, editor: Client) -> None:
    for question in ("saxophone volcano loud", "volcano saxophone loud", "quiet ocean"):
        tell("Hm.", question=question)
    look()
    rows = editor.get(PAGE).context["page"].object_list
    row = next(row for row in rows if "loud" in row["question"])
    form = {"question": row["question"], "intent": "parcel"}
    assert "2 examples added to parcel" in editor.post(row["address"], form, follow=True).content.decode()
    assert set(Example.objects.filter(intent__name="parcel", text__contains="loud").values_list("text", flat=True)) == {
        "saxophone volcano loud",
        "volcano saxophone loud",
    }
    assert [left["question"] for left in editor.get(PAGE).context["page"]] == ["quiet ocean"]
    assert "0 examples added" in editor.post(row["address"], form, follow=True).content.decode()
    assert [group["question"] for group in look()] == ["quiet ocean"]


def test_the_nearest_intent_is_chosen_already(tell: Tell, taught: Tenant, editor: Client) -> None:
    group = {"question": "q", "language": "en", "count": 1, "last": NOW.isoformat(), "others": [], "nearest": "refund"}
    Run.objects.create(kind=Kind.UNRECOGNISED, tenant=taught, state="done", result={"groups": [group]}, finished_at=NOW)
    assert editor.get(PAGE).context["page"][0]["intents"] == ["refund", "parcel"]
    assert "添加为例句" in editor.get(PAGE, headers={"Accept-Language": "zh-hans"}).content.decode()


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"question": "q", "intent": "nonsense"}, 404),
        ({"question": "not asked", "intent": "refund"}, 404),
        ({"question": "q", "intent": "theirs"}, 404),
        ({"question": "q", "intent": "refund"}, 302),
    ],
)
def test_only_what_was_asked_becomes_an_example_of_the_tenants_intents(
    taught: Tenant, other: Tenant, editor: Client, form: dict[str, str], status: int
) -> None:
    Intent.objects.create(tenant=other, name="theirs")
    group = {"question": "q", "language": "en", "count": 1, "last": NOW.isoformat(), "others": ["w" * 2000]}
    run = Run.objects.create(
        kind=Kind.UNRECOGNISED, tenant=taught, state="done", result={"groups": [group | {"nearest": ""}]}
    )
    before = Example.objects.count()
    assert editor.post(reverse("admin:editing_unrecognised_label", args=[run.pk]), form).status_code == status
    assert Example.objects.count() == before + (status == 302)


def test_labelling_needs_the_right_to_add_examples_and_a_post(taught: Tenant, client: Client) -> None:
    group = {"question": "q", "language": "en", "count": 1, "last": NOW.isoformat(), "others": [], "nearest": ""}
    run = Run.objects.create(kind=Kind.UNRECOGNISED, tenant=taught, state="done", result={"groups": [group]})
    address = reverse("admin:editing_unrecognised_label", args=[run.pk])
    bob = User.objects.create_user("bob", password="secret-of-bob", is_staff=True)
    client.force_login(bob)
    form = {"question": "q", "intent": "refund"}
    assert client.get(PAGE).status_code == 403
    assert client.post(address, form).status_code == 403
    assert client.get(address).status_code == 405
    bob.user_permissions.add(Permission.objects.get(codename="add_example"))
    assert client.post(address, form).status_code == 302
    gaps = Run.objects.create(kind=Kind.GAPS, tenant=taught, state="done", result={"groups": [group]})
    assert client.post(reverse("admin:editing_unrecognised_label", args=[gaps.pk]), form).status_code == 404
