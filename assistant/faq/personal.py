"""The verifier of a tenant: the shipped one with what its own feedback corrects, in versions (see `tuning`)."""

from __future__ import annotations

import logging

import numpy as np
from django.db import transaction
from django.db.models import Max

from assistant.accounts.models import Tenant, Version
from assistant.faq import calibration, tuning, verifier
from assistant.faq.certified import CalibrationPair, VerifierVersion
from assistant.faq.services import TOPIC
from assistant.faq.tuning import Correction
from assistant.knowledge.encoder import encode_many
from assistant.live.bell import bell
from retrieval.protocols import Encoder

logger = logging.getLogger(__name__)


def live(tenant: str, encoder: str) -> Correction | None:
    """Return the correction in force for a tenant (its slug); None while the shipped verifier judges alone."""
    row = VerifierVersion.objects.filter(
        tenant__slug=tenant, live=True, encoder=encoder, verifier=verifier.shipped().checksum
    ).first()
    if row is None:
        return None
    try:
        return Correction.parse(row.number, bytes(row.body))
    except ValueError as error:
        logger.warning("verifier.correction_unreadable tenant=%s number=%d error=%s", tenant, row.number, error)
        return None


def name(correction: Correction | None) -> str:
    """Name a judge: the shipped verifier's checksum, and the number of the correction on top of it."""
    checksum = verifier.shipped().checksum
    return checksum if correction is None else f"{checksum}+{correction.number}"


@transaction.atomic
def follow(tenant: Tenant, encoder: Encoder) -> VerifierVersion | None:
    """Learn from the tenant's pairs if they are others than the newest version learnt from; None when they are not.

    The newest version is live when it passed its gate; else the shipped verifier judges alone from then on.
    """
    rows = [
        row
        for row in CalibrationPair.objects.filter(tenant=tenant).order_by("pk")
        if calibration.digest(row.question_a, row.question_b) is not None
    ]
    newest = VerifierVersion.objects.filter(tenant=tenant).order_by("-number").first()
    if newest is not None and _rests_on(newest, tenant, len(rows), encoder):
        return None
    same = np.array([row.same for row in rows], bool)
    if not tuning.enough(same):
        retire(tenant)
        return None
    pairs = [(row.question_a, row.question_b) for row in rows]
    texts = sorted({text for pair in pairs for text in pair})
    ready = {t: verifier.question(t, v) for t, v in zip(texts, encode_many(texts, encoder), strict=True)}
    seen = [verifier.shipped().seen(ready[a], [ready[b]]) for a, b in pairs]
    number = 1 if newest is None else newest.number + 1
    correction, gate = tuning.learn(
        number, pairs, same, np.concatenate([s for s, _ in seen]), np.concatenate([w for _, w in seen])
    )
    retire(tenant)
    written = VerifierVersion.objects.create(
        tenant=tenant,
        number=number,
        live=gate.passed,
        pairs=len(rows),
        same=int(same.sum()),
        auc_before=gate.auc_before,
        auc_after=gate.auc_after,
        loss_before=gate.loss_before,
        loss_after=gate.loss_after,
        verifier=verifier.shipped().checksum,
        encoder=encoder.name,
        body=correction.dump(),
    )
    _tell(tenant)
    return written


def retire(tenant: Tenant) -> int:
    """Let the shipped verifier judge alone, until new pairs teach something; returns how many versions were live."""
    retired = VerifierVersion.objects.filter(tenant=tenant, live=True).update(live=False)
    if retired:
        _tell(tenant)
    return retired


def _rests_on(version: VerifierVersion, tenant: Tenant, pairs: int, encoder: Encoder) -> bool:
    if version.verifier != verifier.shipped().checksum or version.encoder != encoder.name or version.pairs != pairs:
        return False
    newest = CalibrationPair.objects.filter(tenant=tenant).aggregate(newest=Max("judged_at"))["newest"]
    return newest is None or newest <= version.created_at


def _tell(tenant: Tenant) -> None:
    Version.bump(tenant, TOPIC)
    bell().ring_on_commit(TOPIC)
