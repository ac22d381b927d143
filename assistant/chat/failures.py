"""What a caller is told when the model or the search fails."""

from __future__ import annotations

from assistant.chat import texts
from assistant.chat.room import Room
from assistant.errors import AssistantError, Text, Unavailable, Unprocessable
from inference.client.errors import ModelError, ModelInterrupted, ModelRejected, ModelTimeout, NoModel
from retrieval.errors import RetrievalError

Fault = AssistantError | ModelError | RetrievalError

SEARCH_DOWN = Text(
    en="Search does not work right now; curated answers still do. An operator finds the reason in the log.",
    zh="文档检索暂时不可用；常见问题仍可回答。运维人员可在日志中查看原因。",
)


def as_seen_by_caller(fault: Fault, room: Room) -> AssistantError:
    """Translate a fault of an inner room; ours pass through."""
    if isinstance(fault, AssistantError):
        return fault
    if isinstance(fault, RetrievalError):
        return Unavailable(SEARCH_DOWN, code="search_unavailable", retry_after=10.0)
    if isinstance(fault, NoModel):  # no time to come back: asking again cannot help
        return Unavailable(texts.NO_MODEL, code=fault.code)
    if isinstance(fault, ModelRejected):
        return Unprocessable(texts.MODEL_REFUSED, code=fault.code)
    if isinstance(fault, ModelInterrupted):
        return Unavailable(texts.MODEL_BROKE_OFF, code=fault.code, retry_after=1.0)
    if isinstance(fault, ModelTimeout):
        return Unavailable(texts.MODEL_SLOW, code=fault.code, retry_after=fault.retry_after or 5.0)
    text = texts.MODEL_WARMING if room.model_warming() else texts.MODEL_DOWN
    return Unavailable(text, code="model_unavailable", retry_after=fault.retry_after or 5.0)
