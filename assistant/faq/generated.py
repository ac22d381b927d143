"""Answers that a model gave, kept with their evidence and served again while every piece of it is as it was.

PostgreSQL holds them and judges them in one statement (see `GeneratedAnswerQuerySet.standing`). When it is away there
is no hit and nothing is kept; the question is then answered as if it were new.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import logging
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db import DatabaseError, InterfaceError, transaction
from django.db.models import F
from django.utils import timezone

from assistant.accounts.models import Tenant
from assistant.faq.courtesy import bare
from assistant.faq.models import AnswerEvidence, GeneratedAnswer
from assistant.knowledge.models import Chunk
from retrieval.normalise import fold
from retrieval.types import Hit

logger = logging.getLogger(__name__)

LIFE: Mapping[str, dt.timedelta] = {"finance": dt.timedelta(hours=12), "medical": dt.timedelta(days=3)}
"""How long an answer is kept at most, by domain: facts of finance age fastest."""
LIFE_ELSEWHERE = dt.timedelta(days=14)
MOST = 20_000
"""Answers kept per tenant; beyond it the least valuable go (seconds saved a day)."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Everything beside the words that an answer depends on. `groups` is the whole set the asker belongs to."""

    tenant: str
    groups: frozenset[str]
    domain: str
    language: str
    model: str
    prompts: str
    max_tokens: int | None = None
    about_company: bool = False

    def key(self, text: str) -> str:
        """Name the answer to `text` in this scope; greetings, case, width and script make no difference."""
        parts = {**asdict(self), "groups": sorted(self.groups), "text": bare(fold(text))}
        return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Found:
    """A kept answer that stands."""

    id: str
    body: dict[str, Any]


class AnswerCache:
    """Finds and keeps answers; for threads, not for an event loop. Never raises because the database is away."""

    def find(self, scope: Scope, text: str) -> Found | None:
        """Return the answer to these words in this scope if it stands.

        Shortly before its end an answer is now and then taken for expired, the likelier the longer it took to make,
        so that one asker renews it while others are still served (Vattani et al., 2015).
        """
        try:
            row = GeneratedAnswer.objects.standing().filter(key=scope.key(text)).first()
            if row is None or _renew_early(row):
                return None
            GeneratedAnswer.objects.filter(pk=row.pk).update(hits=F("hits") + 1)
        except (DatabaseError, InterfaceError) as error:
            logger.warning("answers.unread error=%s", error)
            return None
        return Found(str(row.pk), row.body)

    def keep(self, scope: Scope, text: str, body: dict[str, Any], hits: Sequence[Hit], seconds: float) -> bool:
        """Keep an answer that leaned on `hits`; say whether it was kept.

        Not kept: without evidence, when its evidence has changed while it was made, and when an answer to the same
        was withdrawn as wrong (see `withdraw`).
        """
        if not hits:
            return False
        try:
            return self._keep(scope, text, body, hits, seconds)
        except (DatabaseError, InterfaceError) as error:
            logger.warning("answers.not_kept error=%s", error)
            return False

    @transaction.atomic
    def _keep(self, scope: Scope, text: str, body: dict[str, Any], hits: Sequence[Hit], seconds: float) -> bool:
        tenant = Tenant.objects.filter(slug=scope.tenant).first()
        key = scope.key(text)
        if tenant is None or GeneratedAnswer.objects.filter(key=key, withdrawn=True).exists():
            return False
        now = {chunk.pk: chunk for chunk in Chunk.objects.select_related("document").filter(pk__in=_ids(hits))}
        if set(now) != set(_ids(hits)):
            return False
        GeneratedAnswer.objects.filter(key=key).delete()
        kept = GeneratedAnswer(
            tenant=tenant,
            key=key,
            question=text,
            groups=sorted(scope.groups),
            domain=scope.domain,
            language=scope.language,
            model=scope.model,
            prompts=scope.prompts,
            body=body,
            seconds=seconds,
            expires_at=timezone.now() + LIFE.get(scope.domain, LIFE_ELSEWHERE),
        )
        # Another process may keep the same in this very moment: the database lets one of the two in.
        GeneratedAnswer.objects.bulk_create([kept], ignore_conflicts=True)
        if not GeneratedAnswer.objects.filter(pk=kept.pk).exists():
            return False
        AnswerEvidence.objects.bulk_create(_evidence(kept, hit, now[hit.chunk.id]) for hit in hits)
        return True


def withdraw(answer_id: str) -> bool:
    """Stop serving a kept answer at once; say whether it was there.

    The row stays as a stone on the grave: an answer that was called wrong is not cached a second time.
    """
    return GeneratedAnswer.objects.filter(pk=answer_id, withdrawn=False).update(withdrawn=True) == 1


def withdraw_question(tenant: str, language: str, text: str) -> int:
    """Withdraw every kept answer of a tenant to these words, for whatever groups and domain; returns how many."""
    asked = bare(fold(text))
    kept = GeneratedAnswer.objects.filter(tenant__slug=tenant, language=language, withdrawn=False)
    same = [pk for pk, question in kept.values_list("pk", "question").iterator() if bare(fold(question)) == asked]
    return GeneratedAnswer.objects.filter(pk__in=same).update(withdrawn=True)


def tidy() -> int:
    """Delete what expired or lost its evidence, and the least valuable beyond MOST; returns how many (a chore)."""
    gone, _ = GeneratedAnswer.objects.fallen().delete()
    for tenant in Tenant.objects.all():
        kept = GeneratedAnswer.objects.filter(tenant=tenant, withdrawn=False)
        if kept.count() > MOST:
            worth = (F("hits") + 1) * F("seconds")
            extra = kept.order_by(worth.desc(), "-created_at").values_list("pk", flat=True)[MOST:]
            gone += GeneratedAnswer.objects.filter(pk__in=list(extra)).delete()[0]
    return gone


def _renew_early(row: GeneratedAnswer) -> bool:
    left = (row.expires_at - timezone.now()).total_seconds()
    return left < -row.seconds * math.log(1.0 - random.random())  # noqa: S311 - no secret hangs on it


def _ids(hits: Sequence[Hit]) -> list[str]:
    return [hit.chunk.id for hit in hits]


def _evidence(kept: GeneratedAnswer, hit: Hit, now: Chunk) -> AnswerEvidence:
    return AnswerEvidence(
        answer=kept,
        chunk=hit.chunk.id,
        checksum=hit.chunk.checksum,
        title=now.document.title,
        access=now.document.access,
    )
