"""Issue threshold certificates, keep them, and say which one is in force.

A tenant's own pairs of a language and domain come first, then its pairs of all domains, then the pairs shipped with the
product: what is borrowed is named as borrowed. A borrowed threshold that the tenant's own pairs speak against is not
used, and a threshold that its entries speak against is raised (`rivals`). Without a certificate only equal words are
served.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from assistant.accounts.models import Tenant, Version
from assistant.faq import calibration, guards, personal, rivals, verifier
from assistant.faq.certificate import CONFIDENCE, Certificate, Flags, Floats, certify, speaks_against, upper_limit
from assistant.faq.certified import CalibrationPair, CertificateOrigin, ThresholdCertificate
from assistant.faq.features import WORDS
from assistant.faq.models import FaqEntry, FaqVariant, GeneratedAnswer
from assistant.faq.rivals import Rivals
from assistant.faq.rows import published
from assistant.faq.services import TOPIC
from assistant.faq.tuning import Correction
from assistant.knowledge.encoder import encode_many, shared_encoder
from assistant.live.bell import bell
from retrieval.errors import EncoderUnavailable
from retrieval.protocols import Encoder

logger = logging.getLogger(__name__)

BOUND = 0.01
PROBE_TOLERANCE = 0.05
SHOWN = 20
OVERLAP = dt.timedelta(seconds=30)
"""A save may commit after a comparison that began later: entries saved shortly before one are compared once more."""
Place = tuple[str, str]
"""Language and domain."""


@dataclass(frozen=True, slots=True)
class Scored:
    """Pairs with the verifier's word on them: `scores` [n], -inf where a guard objects, and the labels `same` [n].

    `words` [n, WORDS] are their scaled features of words; empty where no correction is to be applied to them.
    """

    scores: Floats
    same: Flags
    words: Floats = field(default_factory=lambda: np.empty((0, WORDS)))

    def of(self, chosen: Flags) -> Scored:
        """Keep the chosen pairs."""
        return Scored(self.scores[chosen], self.same[chosen])

    def by(self, own: Correction) -> Scored:
        """Return the pairs as a tenant's own correction judges them; what a guard objects to stays out."""
        plain = np.where(np.isfinite(self.scores), self.scores, 0.0)
        scores = np.where(np.isfinite(self.scores), own.corrected(plain, self.words), -np.inf)
        return Scored(scores, self.same)


def score(
    pairs: Sequence[tuple[str, str]], same: Iterable[bool], encoder: Encoder, own: Correction | None = None
) -> Scored:
    """Score pairs of questions by verifier, a tenant's own correction, and guards; every text is embedded once."""
    texts = sorted({text for pair in pairs for text in pair})
    vectors = encode_many(texts, encoder) if texts else np.empty((0, encoder.dimension), np.float32)
    ready = {text: verifier.question(text, vector) for text, vector in zip(texts, vectors, strict=True)}
    judge = verifier.shipped()
    scores = [
        -np.inf if guards.conflict(a, b) is not None else float(judge.score(ready[a], [ready[b]], own)[0])
        for a, b in pairs
    ]
    return Scored(np.array(scores, np.float64), np.array(list(same), bool))


@cache
def shipped_pairs(language: str) -> Scored:
    """Return the scores of the pairs that come with the product, each by a head that has not learnt it."""
    with np.load(verifier.FOLDER / verifier.FILE, allow_pickle=False) as found:
        if f"scores_{language}" not in found:
            return Scored(np.empty(0), np.empty(0, bool))
        return Scored(
            found[f"scores_{language}"].astype(np.float64),
            found[f"same_{language}"],
            found[f"words_{language}"].astype(np.float64),
        )


def shipped(language: str, bound: float = BOUND) -> Certificate:
    """Certify the threshold that holds for a language where a tenant has no pairs of its own."""
    pairs = shipped_pairs(language)
    return certify(pairs.scores, pairs.same, bound)


def agrees(encoder: Encoder) -> bool:
    """Say whether this encoder gives the scores of one of the engines that the shipped certificates hold for."""
    probes = json.loads((verifier.FOLDER / verifier.NOTE).read_text(encoding="utf-8"))["probes"]
    vectors = encoder.encode_questions([text for probe in probes for text in (probe["a"], probe["b"])])
    if vectors.shape[1] * 2 + WORDS != verifier.shipped().middle.shape[0]:
        return False
    found = [
        verifier.shipped().score_pair(probe["a"], probe["b"], vectors[2 * i], vectors[2 * i + 1])
        for i, probe in enumerate(probes)
    ]
    engines = zip(*(probe["scores"] for probe in probes), strict=True)
    return any(
        all(abs(value - score) <= PROBE_TOLERANCE for value, score in zip(found, engine, strict=True))
        for engine in engines
    )


def shipped_thresholds(encoder: Encoder) -> dict[str, float | None]:
    """Return the shipped threshold of each language; None where this encoder is not the one they were issued for."""
    fits = agrees(encoder)
    return {language: shipped(language).threshold if fits else None for language in ("zh", "en")}


@transaction.atomic
def issue(tenant: Tenant, language: str, domain: str, encoder: Encoder, bound: float = BOUND) -> ThresholdCertificate:
    """Issue the certificate for one language and domain on what is known now; processes follow within a second."""
    known = list(CalibrationPair.objects.filter(tenant=tenant, language=language).order_by("pk"))
    rows = [row for row in known if calibration.digest(row.question_a, row.question_b) is not None]
    correction = personal.live(tenant.slug, encoder.name)
    scored = score([(row.question_a, row.question_b) for row in rows], [row.same for row in rows], encoder, correction)
    here = np.array([row.domain == domain for row in rows], bool)
    origin, found, pairs = _choose(scored.of(here), scored, language, encoder, bound, correction)
    looked_at = timezone.now()
    entries = rivals.ask(published(tenant.slug, encoder.name), language, domain, correction)
    lent, found = found.threshold, _raised(found, entries, pairs)
    least = np.inf if found.threshold is None else found.threshold
    served = pairs.scores[pairs.same] >= least
    written = ThresholdCertificate.objects.create(
        tenant=tenant,
        language=language,
        domain=domain,
        threshold=found.threshold,
        bound=bound,
        confidence=CONFIDENCE,
        false_hits=found.false_hits,
        different=found.different,
        same=len(served),
        upper=found.upper,
        hit_rate=float(served.mean()) if len(served) else None,
        origin=origin,
        verifier=personal.name(correction),
        encoder=encoder.name,
        known=len(known),
        lent=lent,
        looked_at=looked_at,
        **_seen(entries, lent),
    )
    Version.bump(tenant, TOPIC)
    bell().ring_on_commit(TOPIC)
    return written


def _choose(
    own: Scored,
    everywhere: Scored,
    language: str,
    encoder: Encoder,
    bound: float,
    correction: Correction | None = None,
) -> tuple[CertificateOrigin, Certificate, Scored]:
    certificate = certify(own.scores, own.same, bound)
    if certificate.threshold is not None:
        return CertificateOrigin.OWN, certificate, own
    lenders = [(CertificateOrigin.BORROWED_DOMAINS, everywhere)]
    if agrees(encoder):
        lent = shipped_pairs(language)
        lenders.append((CertificateOrigin.BORROWED_SHIPPED, lent if correction is None else lent.by(correction)))
    for origin, pairs in lenders:
        borrowed = certify(pairs.scores, pairs.same, bound)
        if borrowed.threshold is not None and not _contradicted(own, borrowed.threshold, bound):
            return origin, borrowed, pairs
    return CertificateOrigin.NONE, certificate, own


def _raised(certificate: Certificate, entries: Rivals, pairs: Scored) -> Certificate:
    """Raise a threshold that the tenant's entries speak against; what was certified at the lower one still holds."""
    if certificate.threshold is None:
        return certificate
    threshold = entries.raised(certificate.threshold, certificate.bound)
    false_hits = int((pairs.scores[~pairs.same] >= threshold).sum())
    upper = upper_limit(false_hits, certificate.different)
    return replace(certificate, threshold=threshold, false_hits=false_hits, upper=upper)


def _seen(entries: Rivals, threshold: float | None) -> dict[str, Any]:
    return {
        "asked": entries.asked,
        "crossed": 0 if threshold is None else entries.at(threshold),
        "crossings": [[c.asked, c.answered, round(c.score, 3)] for c in entries.crossings[:SHOWN]],
    }


def _look_again(tenant: Tenant, row: ThresholdCertificate, encoder: Encoder, own: Correction | None) -> bool:
    """Compare the entries as they are now; say whether the threshold has to follow. Else only what is shown does."""
    looked_at = timezone.now()
    entries = rivals.ask(published(tenant.slug, encoder.name), row.language, row.domain, own)
    if row.lent is not None and entries.raised(row.lent, row.bound) != row.threshold:
        return True
    ThresholdCertificate.objects.filter(pk=row.pk).update(looked_at=looked_at, **_seen(entries, row.lent))
    return False


def _contradicted(own: Scored, threshold: float, bound: float) -> bool:
    """Say whether the tenant's own pairs show, with 95 % confidence, more false hits than the bound allows."""
    different = own.scores[~own.same]
    return speaks_against(int((different >= threshold).sum()), len(different), bound)


def reissue(encoder: Encoder | None = None) -> int:
    """Issue what is missing or rests on older pairs, another verifier or another encoder (a chore of the worker)."""
    try:
        encoder = encoder or shared_encoder()
    except EncoderUnavailable as error:
        logger.warning("certificates.not_issued error=%s", error)
        return 0
    issued = 0
    for tenant in Tenant.objects.all():
        # Both at once: a certificate of one judge is nothing to another, and in between equal words alone are served.
        with transaction.atomic():
            personal.follow(tenant, encoder)
            own = personal.live(tenant.slug, encoder.name)
            for language, domain in sorted(_places(tenant)):
                if _stale(tenant, language, domain, encoder, own):
                    issue(tenant, language, domain, encoder)
                    issued += 1
    return issued


def in_force(tenant: str) -> Mapping[Place, ThresholdCertificate]:
    """Return the newest certificate of each language and domain of a tenant."""
    newest: dict[Place, ThresholdCertificate] = {}
    for row in ThresholdCertificate.objects.filter(tenant__slug=tenant).order_by("issued_at", "pk"):
        newest[row.language, row.domain] = row
    return newest


def threshold(tenant: str, language: str, domain: str, encoder: str, own: Correction | None = None) -> float | None:
    """Return the score that the certificate in force asks for; None serves equal words alone."""
    return usable(in_force(tenant).get((language, domain)), encoder, own)


def usable(certificate: ThresholdCertificate | None, encoder: str, own: Correction | None = None) -> float | None:
    """Return a certificate's threshold if it was issued for today's verifier, `own` correction, and this encoder."""
    if certificate is None or certificate.encoder != encoder:
        return None
    return certificate.threshold if certificate.verifier == personal.name(own) else None


def _places(tenant: Tenant) -> set[Place]:
    entries = FaqEntry.objects.of(tenant).values_list("language", "domain").distinct()
    pairs = CalibrationPair.objects.filter(tenant=tenant).values_list("language", "domain").distinct()
    kept = GeneratedAnswer.objects.filter(tenant=tenant).values_list("language", "domain").distinct()
    return {*entries, *pairs, *kept}


def _stale(tenant: Tenant, language: str, domain: str, encoder: Encoder, own: Correction | None) -> bool:
    certificate = in_force(tenant.slug).get((language, domain))
    if certificate is None or certificate.looked_at is None:  # as issued before entries were compared
        return True
    if certificate.verifier != personal.name(own) or certificate.encoder != encoder.name:
        return True
    pairs = CalibrationPair.objects.filter(tenant=tenant, language=language)
    newest = pairs.aggregate(newest=Max("judged_at"))["newest"]
    if certificate.known is not None and certificate.known != pairs.count():
        return True  # a judgement was taken back
    if newest is not None and newest > certificate.issued_at:
        return True
    return _edited(tenant, certificate) and _look_again(tenant, certificate, encoder, own)


def _edited(tenant: Tenant, certificate: ThresholdCertificate) -> bool:
    """Say whether entries changed since they were compared: edited, deleted, over, or embedded by now."""
    entries = FaqEntry.objects.of(tenant).published().filter(language=certificate.language, domain=certificate.domain)
    ways = FaqVariant.objects.filter(entry__in=entries, encoder=certificate.encoder)
    newest = entries.aggregate(newest=Max("updated_at"))["newest"]
    since = (certificate.looked_at or certificate.issued_at) - OVERLAP
    return min(ways.count(), rivals.MOST) != certificate.asked or (newest is not None and newest > since)
