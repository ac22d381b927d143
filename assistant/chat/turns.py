"""A turn while it is under way, and what is kept of it."""

from __future__ import annotations

from assistant.chat import handoff
from assistant.chat.answers import Answer, Timings
from assistant.chat.asked import Asked
from assistant.chat.events import Delta, Refused, Sources
from assistant.chat.memory import Memory, PastTurn
from assistant.chat.record import Status, TurnRecord
from assistant.chat.replies import Reply
from assistant.chat.stores.turns import Kept
from assistant.chat.understanding import Understood


class Draft:
    """Collects what the asker saw. `asked_at` is seconds since 1970."""

    def __init__(self, asked: Asked, asked_at: float) -> None:
        self._asked = asked
        self._asked_at = asked_at
        self._shown: list[str] = []

    def note(self, event: Sources | Delta | Refused) -> None:
        """Remember a piece of text that was shown."""
        if isinstance(event, Delta):
            self._shown.append(event.text)

    def finished(self, reply: Reply, understood: Understood, timings: Timings) -> Answer:
        """Make the whole answer of a reply."""
        return Answer(
            id=self._asked.id,
            conversation_id=self._asked.conversation,
            answer=reply.text,
            layer=reply.layer,
            intent=reply.intent,
            domain=reply.domain,
            language=understood.language,
            sources=reply.sources,
            grounded=reply.grounded,
            refused=reply.refused,
            handoff=reply.handoff,
            timings=timings,
            model=reply.model,
            usage=reply.usage,
            suggestions=reply.suggestions,
        )

    def record(self, answer: Answer, reply: Reply, understood: Understood, memory: Memory) -> Kept:
        """Return what is kept of a finished turn, and what the conversation remembers after it."""
        refused = reply.refused
        turn = self._turn(
            understood,
            "finished" if refused is None else "refused",
            reply.text,
            code="" if refused is None else refused.code,
            answer=answer,
            handoff_reason=reply.handoff.reason if reply.handoff is not None and reply.begins_handoff else None,
        )
        past = PastTurn(understood.text, understood.standalone, reply.text)
        human = handoff.human_now(memory, begins=reply.begins_handoff)
        return turn, memory.after(past, understood.language, human=human, refused=refused is not None)

    def cut_short(self, status: Status, code: str, understood: Understood, memory: Memory) -> Kept:
        """Return what is kept of a turn without an answer; the conversation goes on as if it had not been."""
        return self._turn(understood, status, "".join(self._shown), code=code), memory

    def _turn(
        self,
        understood: Understood,
        status: Status,
        text: str,
        *,
        code: str,
        answer: Answer | None = None,
        handoff_reason: str | None = None,
    ) -> TurnRecord:
        asked = self._asked
        return TurnRecord(
            id=asked.id,
            conversation=asked.conversation,
            tenant=asked.tenant,
            key_id=asked.key_id,
            channel=asked.channel,
            question=understood.text,
            standalone=understood.standalone,
            language=understood.language,
            asked_at=self._asked_at,
            status=status,
            text=text,
            code=code,
            answer=answer,
            handoff=handoff_reason,
            intent="" if answer is None else answer.intent.name,
            domain="" if answer is None else answer.domain,
        )
