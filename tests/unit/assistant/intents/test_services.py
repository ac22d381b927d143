"""Training follows the rows, once per version."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from assistant.accounts.models import Tenant, Version
from assistant.errors import Unprocessable
from assistant.intents import services
from assistant.intents.model import KernelModel
from assistant.intents.models import Example, Intent, TrainedClassifier
from retrieval.protocols import Encoder


def test_saving_the_same_again_changes_nothing(tenant: Tenant) -> None:
    number = Version.numbers("intents")["acme"]
    assert not services.save_intent(tenant, "human", [("转人工", "zh")], route="human")
    assert Version.numbers("intents")["acme"] == number
    assert services.save_intent(tenant, "human", [("活人在吗", "zh")], route="human")
    assert Version.numbers("intents")["acme"] == number + 1


def test_training_twice_on_one_version_trains_once(tenant: Tenant) -> None:
    first, second = services.train_tenant(tenant), services.train_tenant(tenant)
    assert first.pk == second.pk
    assert first.examples == Example.objects.count()
    assert first.train_seconds < 30
    assert first.held_out_accuracy is not None


def test_two_processes_that_train_at_once_leave_one_classifier(tenant: Tenant) -> None:
    rows: list[int] = []

    def train() -> None:
        rows.append(services.train_tenant(tenant).pk)
        connection.close()

    threads = [threading.Thread(target=train) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(rows) == 2
    assert len(set(rows)) == TrainedClassifier.objects.count() == 1


def test_the_worker_trains_what_is_stale_and_only_that(tenant: Tenant, house_encoder: Encoder) -> None:
    assert services.train_stale() == 1
    assert services.train_stale() == 0
    services.changed(tenant)
    assert services.train_stale() == 1


def test_a_tenant_with_examples_of_one_intent_is_told_what_is_missing(tenant: Tenant) -> None:
    Intent.objects.exclude(name="refund").delete()
    services.changed(tenant)
    with pytest.raises(Unprocessable) as refused:
        services.train_tenant(tenant)
    assert refused.value.code == "too_few_examples"
    assert "示例" in refused.value.text.zh
    assert services.train_stale() == 0


def test_only_the_last_versions_are_kept(tenant: Tenant) -> None:
    for _ in range(services.KEPT + 2):
        services.train_tenant(tenant)
        services.changed(tenant)
    assert TrainedClassifier.objects.count() == services.KEPT


def test_an_edited_example_is_embedded_again(tenant: Tenant) -> None:
    services.train_tenant(tenant)
    intent = Intent.objects.get(name="refund")
    example = intent.examples.all()[0]
    before = bytes(example.vector or b"")
    example.text = "Give me the money for the broken lamp"
    example.save()
    services.forget_stale_vectors(intent)
    services.changed(tenant)
    row = services.train_tenant(tenant)
    example.refresh_from_db()
    assert bytes(example.vector or b"") not in (before, b"")
    assert KernelModel.parse(bytes(row.weights)).known.shape[0] == row.examples


def test_one_tenants_examples_never_train_another(tenant: Tenant) -> None:
    other = Tenant.objects.create(slug="other", name="Other")
    services.save_intent(other, "a", [("apples", "en"), ("pears", "en")])
    services.save_intent(other, "b", [("bolts", "en"), ("nuts", "en")])
    row = services.train_tenant(other)
    assert set(KernelModel.parse(bytes(row.weights)).classes) == {"a", "b"}
    assert row.held_out_accuracy is None


def test_fine_tuning_stays_with_the_tenant_until_it_is_left(tenant: Tenant) -> None:
    plain = services.train_tenant(tenant)
    tuned = services.train_tenant(tenant, fine_tune=True)
    assert (plain.fine_tuned, tuned.fine_tuned) == (False, True)
    assert tuned.version == plain.version + 1  # the same examples, another version: both can be gone back to
    assert services.train_tenant(tenant).pk == tuned.pk
    TrainedClassifier.objects.filter(pk=plain.pk).update(live=False)
    TrainedClassifier.objects.filter(pk=tuned.pk).update(live=True)
    services.changed(tenant)
    assert services.train_tenant(tenant).fine_tuned
    assert not services.train_tenant(tenant, fine_tune=False).fine_tuned
