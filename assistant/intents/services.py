"""Change intents and examples, and train the classifier from them."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence

import numpy as np
from django.db import connection, transaction
from django.db.models import F, Max

from assistant.accounts.models import Tenant, Version
from assistant.errors import Text, Unprocessable
from assistant.intents.models import Example, Intent, TrainedClassifier
from assistant.intents.training import Trained, train
from assistant.intents.types import OUT_OF_SCOPE
from assistant.knowledge.encoder import shared_encoder
from assistant.live.bell import bell
from retrieval.protocols import Encoder
from retrieval.types import Vectors

logger = logging.getLogger(__name__)

TOPIC = "intents"
KEPT = 3
"""Trained versions kept per tenant."""

TOO_FEW = Text(
    en="Training needs examples of at least two intents. Add examples and train again.",
    zh="训练至少需要两个意图的示例。请添加示例后重新训练。",
)


def changed(tenant: Tenant) -> int:
    """Take a new version of the tenant's examples and wake the worker, which trains from it."""
    number = Version.bump(tenant, TOPIC)
    bell().ring_on_commit(TOPIC)
    return number


def forget_stale_vectors(intent: Intent) -> None:
    """Drop the vectors of an intent's examples, some of whose texts were edited; training embeds them again."""
    intent.examples.update(vector=None, encoder="")


@transaction.atomic
def save_intent(
    tenant: Tenant, name: str, examples: Iterable[tuple[str, str]], *, encoder: Encoder | None = None, **fields: object
) -> bool:
    """Create or update an intent and add (text, language) examples it lacks; say whether anything changed."""
    intent, created = Intent.objects.get_or_create(tenant=tenant, name=name, defaults=fields)
    edited = {name: value for name, value in fields.items() if getattr(intent, name) != value}
    if edited:
        for field, value in edited.items():
            setattr(intent, field, value)
        intent.save(update_fields=[*edited, "updated_at"])
    known = set(intent.examples.values_list("text", flat=True))
    fresh = [Example(intent=intent, text=t, language=lang) for t, lang in dict(examples).items() if t not in known]
    if fresh and encoder is not None:
        _embed(fresh, encoder)
    Example.objects.bulk_create(fresh)
    if created or edited or fresh:
        changed(tenant)
        return True
    return False


def train_tenant(tenant: Tenant, encoder: Encoder | None = None) -> TrainedClassifier:
    """Train on the tenant's examples as they are now, store the result, and announce it.

    Returns the stored row; training the same version twice returns the first result. Raises Unprocessable when there
    are examples of fewer than two intents, and EncoderUnavailable.
    """
    encoder = encoder or shared_encoder()
    with transaction.atomic():
        _only_one(tenant)
        version, _ = Version.objects.get_or_create(tenant=tenant, topic=TOPIC)
        done = TrainedClassifier.objects.filter(tenant=tenant, version=version.number, encoder=encoder.name).first()
        if done is not None:
            return done
        trained, count = _train(tenant, encoder)
        TrainedClassifier.objects.filter(tenant=tenant, version=version.number).delete()
        row = TrainedClassifier.objects.create(
            tenant=tenant,
            version=version.number,
            encoder=encoder.name,
            weights=trained.model.dump(),
            examples=count,
            held_out_accuracy=trained.held_out_accuracy,
            train_seconds=trained.seconds,
        )
        old = TrainedClassifier.objects.filter(tenant=tenant).order_by("-version")[KEPT:].values_list("pk", flat=True)
        TrainedClassifier.objects.filter(pk__in=list(old)).delete()
        bell().ring_on_commit(TOPIC)
    logger.info("intents.trained tenant=%s examples=%d seconds=%.1f", tenant.slug, count, trained.seconds)
    return row


def train_stale(encoder: Encoder | None = None) -> int:
    """Train tenants whose examples are newer than their classifier (run by the worker); returns how many."""
    encoder = encoder or shared_encoder()
    of_this_encoder = TrainedClassifier.objects.filter(encoder=encoder.name)
    newest = dict(of_this_encoder.values_list("tenant_id").annotate(Max("version")))
    versions = Version.objects.filter(topic=TOPIC).select_related("tenant")
    stale = [version.tenant for version in versions if version.number > newest.get(version.tenant_id, -1)]
    trained = 0
    for tenant in stale:
        try:
            train_tenant(tenant, encoder)
            trained += 1
        except Unprocessable:
            logger.info("intents.too_few_examples tenant=%s", tenant.slug)
    return trained


def _train(tenant: Tenant, encoder: Encoder) -> tuple[Trained, int]:
    examples = list(Example.objects.filter(intent__tenant=tenant).annotate(label=F("intent__name")).order_by("id"))
    missing = [example for example in examples if example.vector is None or example.encoder != encoder.name]
    if missing:
        _embed(missing, encoder)
        Example.objects.bulk_update(missing, ["vector", "encoder"], batch_size=500)
    inside = [example for example in examples if example.label != OUT_OF_SCOPE]
    outside = [example for example in examples if example.label == OUT_OF_SCOPE]
    if len({example.label for example in inside}) < 2:
        raise Unprocessable(TOO_FEW, code="too_few_examples")
    labels = [example.label for example in inside]
    trained = train(
        _vectors(inside, encoder),
        labels,
        _vectors(outside, encoder),
        texts=[example.text for example in inside],
        stranger_texts=[example.text for example in outside],
    )
    return trained, len(examples)


def _embed(examples: Sequence[Example], encoder: Encoder) -> None:
    for example, vector in zip(examples, encoder.encode_questions([e.text for e in examples]), strict=True):
        example.vector, example.encoder = vector.astype("<f4").tobytes(), encoder.name


def _vectors(examples: Sequence[Example], encoder: Encoder) -> Vectors:
    rows = [np.frombuffer(bytes(example.vector or b""), dtype="<f4") for example in examples]
    return np.stack(rows) if rows else np.zeros((0, encoder.dimension), np.float32)


def _only_one(tenant: Tenant) -> None:
    """Wait until no other process trains for this tenant."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"intents:{tenant.pk}"])
