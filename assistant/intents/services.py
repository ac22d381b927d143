"""Change intents and examples, train the classifier from them, and say which version is live."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.db.models import F, Max, QuerySet
from django.utils import timezone

from assistant.accounts.models import Tenant, Version
from assistant.errors import Conflict, NotFound, Text, Unprocessable
from assistant.intents import names
from assistant.intents.models import Example, Intent, TrainedClassifier
from assistant.intents.report import Report
from assistant.intents.training import Trained, train
from assistant.intents.types import OUT_OF_SCOPE
from assistant.intents.versions import Comparison, Outcomes, compare
from assistant.knowledge.encoder import shared_encoder
from assistant.live.bell import bell
from retrieval.protocols import Encoder
from retrieval.types import Vectors

logger = logging.getLogger(__name__)

TOPIC = "intents"
KEPT = 6
"""Trained versions kept per tenant, the live one beside them."""

TOO_FEW = Text(
    en="Training needs examples of at least two intents. Add examples and train again.",
    zh="训练至少需要两个意图的示例。请添加示例后重新训练。",
)
WORSE = Text(
    en="This version was held back because it was worse on questions that neither had learnt from: see `gate` of the "
    "version. Publish it with `force` if you want it all the same.",
    zh="该版本在双方都未学习过的问题上表现更差，因此未上线：见该版本的 `gate`。如仍要上线，请带上 `force` 再次发布。",
)
NOTHING_BEFORE = Text(
    en="No other version was live before the present one. Name the version to go back to.",
    zh="当前版本之前没有上线过的版本。请指明要回退到的版本。",
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


@transaction.atomic
def forget_example(example: Example) -> None:
    """Remove an example; the worker trains without it."""
    tenant = example.intent.tenant
    example.delete()
    changed(tenant)


def train_tenant(tenant: Tenant, encoder: Encoder | None = None, *, fine_tune: bool | None = None) -> TrainedClassifier:
    """Train on the tenant's examples as they are now, store the result, and let it go live when it is not worse.

    `fine_tune` learns a map of the embeddings beside the head (see `adapter`); left out, it is done if it was for the
    live version. Returns the stored row (`live` says whether it went live, `gate` why); training the same version
    twice returns the first result. Raises Unprocessable when there are examples of fewer than two intents, and
    EncoderUnavailable.
    """
    encoder = encoder or shared_encoder()
    with transaction.atomic():
        _only_one(tenant)
        version, _ = Version.objects.get_or_create(tenant=tenant, topic=TOPIC)
        number, tuned = version.number, _fine_tuned(tenant, encoder) if fine_tune is None else fine_tune
        done = TrainedClassifier.objects.filter(tenant=tenant, version=number, encoder=encoder.name).first()
        if done is not None and (done.fine_tuned == tuned or fine_tune is None):
            return done
        if done is not None:  # the other way to train on the same examples is a version of its own
            number = Version.bump(tenant, TOPIC)
        trained, count = _train(tenant, encoder, tuned)
        TrainedClassifier.objects.filter(tenant=tenant, version=number).delete()
        row = _stored(tenant, number, encoder.name, trained, count)
        _tidy(tenant)
        bell().ring_on_commit(TOPIC)
    logger.info(
        "intents.trained tenant=%s version=%d examples=%d seconds=%.1f live=%s",
        *(tenant.slug, row.version, count, trained.seconds, row.live),
    )
    return row


def train_stale(encoder: Encoder | None = None) -> int:
    """Train tenants whose examples are newer than their classifier (run by the worker); returns how many."""
    encoder = encoder or shared_encoder()
    of_this_encoder = TrainedClassifier.objects.filter(encoder=encoder.name)
    newest = dict(of_this_encoder.values_list("tenant_id").annotate(Max("version")))
    known = Version.objects.filter(topic=TOPIC).select_related("tenant")
    stale = [version.tenant for version in known if version.number > newest.get(version.tenant_id, -1)]
    trained = 0
    for tenant in stale:
        try:
            train_tenant(tenant, encoder)
            trained += 1
        except Unprocessable:
            logger.info("intents.too_few_examples tenant=%s", tenant.slug)
    return trained


def versions(tenant: str) -> QuerySet[TrainedClassifier]:
    """Return the tenant's (slug's) trained versions, the newest first, without their weights."""
    return TrainedClassifier.objects.filter(tenant__slug=tenant).defer("weights", "outcomes").order_by("-version")


def one(tenant: Tenant, version: int) -> TrainedClassifier:
    """Return a tenant's trained version. Raises NotFound (no_such_version), which names those there are."""
    row = versions(tenant.slug).filter(version=version).first()
    if row is None:
        there = ", ".join(str(number) for number in versions(tenant.slug).values_list("version", flat=True)) or "-"
        raise NotFound(_no_version(version, there), code="no_such_version")
    return row


def described(row: TrainedClassifier) -> dict[str, Any]:
    """Show a version as the command and the API do: `state` is live, held_back (it was worse) or retired."""
    held_back = row.went_live_at is None and not (row.gate or {}).get("passed", True)
    return {
        "version": row.version,
        "state": "live" if row.live else "held_back" if held_back else "retired",
        "fine_tuned": row.fine_tuned,
        "examples": row.examples,
        "held_out_accuracy": row.held_out_accuracy,
        "calibration_error": (row.report or {}).get("calibration_error"),
        "train_seconds": row.train_seconds,
        "trained_at": row.created_at.isoformat(),
        "went_live_at": row.went_live_at and row.went_live_at.isoformat(),
        "went_live_by": row.went_live_by,
        "gate": row.gate,
    }


def publish(tenant: Tenant, version: int, *, by: str = "", force: bool = False) -> TrainedClassifier:
    """Make a trained version the live one; one that was held back only with `force`.

    Raises NotFound (no_such_version) and Conflict (worse_version).
    """
    if described(one(tenant, version))["state"] == "held_back" and not force:
        raise Conflict(WORSE, code="worse_version")
    return go_live(tenant, version, by=by)


def go_live(tenant: Tenant, version: int, *, by: str = "") -> TrainedClassifier:
    """Make a trained version the live one, whatever the comparison said. Raises NotFound (no_such_version)."""
    with transaction.atomic():
        _only_one(tenant)
        row = one(tenant, version)
        _switch(row, by)
        bell().ring_on_commit(TOPIC)
    logger.info("intents.went_live tenant=%s version=%d by=%s", tenant.slug, version, by)
    return row


def roll_back(tenant: Tenant, *, by: str = "") -> TrainedClassifier:
    """Go back to the version that was live before the present one. Raises NotFound (no_earlier_version)."""
    live = versions(tenant.slug).filter(live=True).order_by("-went_live_at").first()
    before = versions(tenant.slug).filter(live=False, went_live_at__isnull=False).order_by("-went_live_at")
    if live is not None:
        before = before.filter(encoder=live.encoder)
    row = before.first()
    if row is None:
        raise NotFound(NOTHING_BEFORE, code="no_earlier_version")
    return go_live(tenant, row.version, by=by)


def _stored(tenant: Tenant, version: int, encoder: str, trained: Trained, count: int) -> TrainedClassifier:
    """Write down a trained version; it goes live when it is not worse than the one that is."""
    judged = trained.judged
    outcomes = None if judged is None else Outcomes.of(judged)
    gate = _compared(tenant, encoder, outcomes)
    row = TrainedClassifier.objects.create(
        tenant=tenant,
        version=version,
        encoder=encoder,
        weights=trained.model.dump(),
        examples=count,
        held_out_accuracy=trained.held_out_accuracy,
        train_seconds=trained.seconds,
        fine_tuned=bool(trained.model.adapter.size),
        gate=gate.as_json(),
        report=None if judged is None else Report.of(version, judged).as_json(),
        outcomes=None if outcomes is None else outcomes.dump(),
    )
    if gate.passed:
        _switch(row, "")
    return row


def _compared(tenant: Tenant, encoder: str, outcomes: Outcomes | None) -> Comparison:
    """Compare with the live version of the same encoder; a version of before comparisons were kept is not compared."""
    live = (
        TrainedClassifier.objects.filter(tenant=tenant, encoder=encoder, live=True).only("version", "outcomes").first()
    )
    if live is None:
        return compare(None, outcomes)
    old = Outcomes.parse(bytes(live.outcomes)) if live.outcomes is not None else None
    return compare(old, outcomes, live.version)


def _switch(row: TrainedClassifier, by: str) -> None:
    TrainedClassifier.objects.filter(tenant_id=row.tenant_id, encoder=row.encoder, live=True).update(live=False)
    row.live, row.went_live_at, row.went_live_by = True, timezone.now(), by
    row.save(update_fields=["live", "went_live_at", "went_live_by"])


def _tidy(tenant: Tenant) -> None:
    """Keep the last versions and those that were last live, so that there is something to go back to."""
    newest = versions(tenant.slug).values_list("pk", flat=True)[:KEPT]
    live = versions(tenant.slug).filter(went_live_at__isnull=False).order_by("-live", "-went_live_at")
    kept = {*newest, *live.values_list("pk", flat=True)[:KEPT]}
    TrainedClassifier.objects.filter(tenant=tenant).exclude(pk__in=kept).delete()


def _fine_tuned(tenant: Tenant, encoder: Encoder) -> bool:
    return TrainedClassifier.objects.filter(tenant=tenant, encoder=encoder.name, live=True, fine_tuned=True).exists()


def _train(tenant: Tenant, encoder: Encoder, tuned: bool) -> tuple[Trained, int]:
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
    few = names.of_few(labels)
    called = [names.said(name) for name in few]
    trained = train(
        np.concatenate([_vectors(inside, encoder), encoder.encode_questions(called)]),
        [*labels, *few],
        _vectors(outside, encoder),
        texts=[*(example.text for example in inside), *called],
        stranger_texts=[example.text for example in outside],
        hints=len(few),
        tuned=tuned,
    )
    return trained, len(examples)


def _embed(examples: Sequence[Example], encoder: Encoder) -> None:
    for example, vector in zip(examples, encoder.encode_questions([e.text for e in examples]), strict=True):
        example.vector, example.encoder = vector.astype("<f4").tobytes(), encoder.name


def _vectors(examples: Sequence[Example], encoder: Encoder) -> Vectors:
    rows = [np.frombuffer(bytes(example.vector or b""), dtype="<f4") for example in examples]
    return np.stack(rows) if rows else np.zeros((0, encoder.dimension), np.float32)


def _no_version(version: int, there: str) -> Text:
    return Text(
        en=f"There is no trained version {version}. There are: {there}.",
        zh=f"没有训练版本 {version}。可选的版本：{there}。",
    )


def _only_one(tenant: Tenant) -> None:
    """Wait until no other process trains for this tenant."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"intents:{tenant.pk}"])
