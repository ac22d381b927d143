"""Turns in PostgreSQL. Writing a turn twice changes nothing: its id is made before it is answered."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence

from django.db import transaction
from django.dispatch import Signal

from assistant.accounts.models import Tenant
from assistant.chat.answers import to_plain
from assistant.chat.memory import TURNS, Human, Memory, PastTurn
from assistant.chat.models import OPEN, Conversation, Handoff, Turn
from assistant.chat.record import TurnRecord

logger = logging.getLogger(__name__)

turns_written = Signal()
"""Sent with `turns` (rows, not necessarily new) in the transaction that wrote them; what follows commits with them."""


@transaction.atomic
def write(records: Sequence[TurnRecord]) -> None:
    """Write turns, and the conversations and hand-overs they begin. Turns of a tenant that is gone are dropped."""
    tenants = dict(Tenant.objects.filter(slug__in={record.tenant for record in records}).values_list("slug", "id"))
    kept = [record for record in records if record.tenant in tenants]
    if len(kept) < len(records):
        logger.warning("turns.dropped count=%d reason=the tenant was deleted", len(records) - len(kept))
    kept.sort(key=lambda record: (record.conversation, record.asked_at))  # one order of row locks for all writers
    Conversation.objects.bulk_create(
        _conversations(kept, tenants), update_conflicts=True, unique_fields=["id"], update_fields=["updated_at"]
    )
    turns = Turn.objects.bulk_create([_turn(record) for record in kept], ignore_conflicts=True)
    Handoff.objects.bulk_create([_handoff(record) for record in kept if record.handoff], ignore_conflicts=True)
    turns_written.send(Turn, turns=turns)


def recall(tenant: str, conversation: str) -> Memory | None:
    """Return what the tenant's conversation remembers, None when there is no such conversation."""
    row = Conversation.objects.of(tenant).filter(pk=conversation).first()
    if row is None:
        return None
    turns = list(row.turns.order_by("-asked_at")[:TURNS])[::-1]
    human: str = row.handoffs.filter(OPEN).values_list("state", flat=True).first() or "none"
    refusals = 0
    for turn in reversed(turns):
        if turn.status != "refused":
            break
        refusals += 1
    past = tuple(PastTurn(turn.question, turn.standalone, turn.text) for turn in turns)
    language = turns[-1].language if turns else row.language
    return Memory(past, "zh" if language == "zh" else "en", _human(human), refusals)


def _human(state: str) -> Human:
    return "accepted" if state == "accepted" else "requested" if state == "requested" else "none"


def _conversations(records: Sequence[TurnRecord], tenants: dict[str, int]) -> list[Conversation]:
    rows: dict[str, Conversation] = {}
    for record in records:
        at = _moment(record)
        row = rows.setdefault(
            record.conversation,
            Conversation(
                id=record.conversation,
                tenant_id=tenants[record.tenant],
                channel=record.channel,
                language=record.language,
                title=record.question[:200],
                created_at=at,
            ),
        )
        row.updated_at = at
    return list(rows.values())


def _turn(record: TurnRecord) -> Turn:
    answer = record.answer
    return Turn(
        id=record.id,
        conversation_id=record.conversation,
        key_id=record.key_id,
        question=record.question,
        standalone=record.standalone,
        text=record.text,
        answer=None if answer is None else to_plain(answer),
        status=record.status,
        code=record.code,
        layer="" if answer is None else answer.layer,
        intent=record.intent,
        domain=record.domain,
        language=record.language,
        total_ms=None if answer is None else answer.timings.total_ms,
        asked_at=_moment(record),
    )


def _handoff(record: TurnRecord) -> Handoff:
    return Handoff(
        conversation_id=record.conversation,
        turn_id=record.id,
        reason=record.handoff or "",
        requested_at=_moment(record),
    )


def _moment(record: TurnRecord) -> dt.datetime:
    return dt.datetime.fromtimestamp(record.asked_at, tz=dt.UTC)
