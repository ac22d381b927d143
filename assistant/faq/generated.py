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
from assistant.faq import calibration, issuing, personal
from assistant.faq.certified import PairOrigin
from assistant.faq.courtesy import bare
from assistant.faq.models import AnswerEvidence, GeneratedAnswer
from assistant.faq.neighbours import Neighbours
from assistant.knowledge.models import Chunk
from retrieval.normalise import fold
from retrieval.types import Hit, Vectors

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
        return self._digest(text=bare(fold(text)))

    def name(self) -> str:
        """Name the scope itself: only answers of the same scope may be served for one another."""
        return self._digest()

    def _digest(self, **more: str) -> str:
        parts = {**asdict(self), "groups": sorted(self.groups), **more}
        return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Found:
    """A kept answer that stands."""

    id: str
    body: dict[str, Any]
    question: str
    exact: bool


class AnswerCache:
    """Finds and keeps answers; for threads, not for an event loop. Never raises because the database is away.

    Without the name of an `encoder`, answers are found by equal words alone.
    """

    def __init__(self, encoder: str = "") -> None:
        self._encoder = encoder
        self._neighbours = Neighbours(encoder)

    def find(self, scope: Scope, text: str, vector: Vectors | None = None) -> Found | None:
        """Return the answer to these words in this scope if it stands, else one to the same question in other words.

        `vector` is the question embedding of `text`, float32 [dimension]. What "the same question" is, verifier,
        guards and the certificate of the tenant, language and domain say, as for curated answers.

        Shortly before its end an answer is now and then taken for expired, the likelier the longer it took to make,
        so that one asker renews it while others are still served (Vattani et al., 2015).
        """
        try:
            key = scope.key(text)
            row = GeneratedAnswer.objects.standing().filter(key=key).first()
            if row is None and vector is not None and self._encoder:
                row = self._alike(scope, text, key, vector)
            if row is None or _renew_early(row):
                return None
            GeneratedAnswer.objects.filter(pk=row.pk).update(hits=F("hits") + 1)
        except (DatabaseError, InterfaceError) as error:
            logger.warning("answers.unread error=%s", error)
            return None
        return Found(str(row.pk), row.body, row.question, row.key == key)

    def _alike(self, scope: Scope, text: str, key: str, vector: Vectors) -> GeneratedAnswer | None:
        if GeneratedAnswer.objects.filter(key=key, withdrawn=True).exists():
            return None  # what was wrong for these words is not looked for in other words
        own = personal.live(scope.tenant, self._encoder)
        least = issuing.threshold(scope.tenant, scope.language, scope.domain, self._encoder, own)
        if least is None:
            return None
        fallen = True
        while fallen:  # what has fallen is forgotten, and what lay behind it is looked at
            fallen = False
            for pk, question in self._neighbours.same(scope.name(), text, vector, least, own):
                if not calibration.differ(scope.tenant, text, question):
                    row = GeneratedAnswer.objects.standing().filter(pk=pk).first()
                    if row is not None:
                        return row
                    fallen |= self._neighbours.forget(scope.name(), pk)
        return None

    def keep(
        self,
        scope: Scope,
        text: str,
        body: dict[str, Any],
        hits: Sequence[Hit],
        seconds: float,
        vector: Vectors | None = None,
    ) -> bool:
        """Keep an answer that leaned on `hits`; say whether it was kept.

        Not kept: without evidence, when its evidence has changed while it was made, and when an answer to the same
        was withdrawn as wrong (see `withdraw`).
        """
        if not hits:
            return False
        try:
            return self._keep(scope, text, body, hits, seconds, vector)
        except (DatabaseError, InterfaceError) as error:
            logger.warning("answers.not_kept error=%s", error)
            return False

    @transaction.atomic
    def _keep(
        self,
        scope: Scope,
        text: str,
        body: dict[str, Any],
        hits: Sequence[Hit],
        seconds: float,
        vector: Vectors | None,
    ) -> bool:
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
            scope=scope.name(),
            question=text,
            encoder=self._encoder if vector is not None else "",
            vector=None if vector is None else vector.astype("<f4").tobytes(),
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


def withdraw_question(tenant: str, language: str, text: str, answer: str = "") -> int:
    """Withdraw every kept answer of a tenant to these words, for whatever groups and domain; returns how many.

    With the text of the `answer` that was given, the one kept for other words is withdrawn too, and the two questions
    are written down as different, so that they are never again served for one another.
    """
    asked = bare(fold(text))
    kept = GeneratedAnswer.objects.filter(tenant__slug=tenant, language=language, withdrawn=False)
    rows = list(kept.values_list("pk", "question", "domain", "body__text"))
    wrong = [row for row in rows if bare(fold(row[1])) == asked or (answer and row[3] == answer)]
    for _, question, domain, _ in wrong:
        owner = Tenant.objects.get(slug=tenant)
        calibration.record(owner, language, domain, text, question, same=False, origin=PairOrigin.FEEDBACK)
    return GeneratedAnswer.objects.filter(pk__in=[row[0] for row in wrong]).update(withdrawn=True)


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
