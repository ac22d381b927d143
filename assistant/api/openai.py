"""`/v1` in the shape of OpenAI's API, so that any client of it can ask.

Model `assistant` is the whole pipeline: the last user message is the question, earlier ones the conversation, sources
and layer come under the key `assistant`. The served generator's own name asks the model alone, without documents.
"""

from __future__ import annotations

import json
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from assistant.accounts.caller import Caller
from assistant.api import inputs, sse
from assistant.api.ask import whole
from assistant.api.desk import Desk
from assistant.api.http import JSON, Request
from assistant.api.inputs import ChatInput
from assistant.api.listening import listening
from assistant.api.rawmodel import raw_answer
from assistant.chat import answers, texts
from assistant.chat.answers import Answer
from assistant.chat.asked import Asked, readable
from assistant.chat.events import Delta, Event, Failed, Finished, Refused
from assistant.chat.pipeline import answer
from assistant.chat.room import Room
from assistant.chat.understanding import spoken_in
from assistant.errors import AssistantError, InvalidInput, NotFound, Text
from inference.client.types import Message

PIPELINE = "assistant"


async def chat(request: Request, desk: Desk) -> None:
    """`POST /v1/chat/completions`."""
    caller, limits = await desk.admit(request, "ask")
    body = await request.body()
    wanted = inputs.parse(ChatInput, body, request.header(b"content-type"))
    room = desk.room()
    events, asked_id = await _events(wanted, caller, request, room)
    if wanted.stream:
        frames = chunks(events, asked_id, wanted)
        await request.stream(frames, (*sse.HEADERS, *limits))
        return
    async with listening(request):
        finished = await whole(events)
    await request.answer(200, _dump(completion(finished, wanted.model)), (*JSON, *limits))


async def models(request: Request, desk: Desk) -> None:
    """`GET /v1/models`: the pipeline, and the generator while it is up."""
    caller, limits = await desk.admit(request, "models:read")
    del caller
    await request.body()
    info = await desk.room().model.info()
    names = [PIPELINE] if info is None else [PIPELINE, info.name]
    listed = [{"id": name, "object": "model", "created": 0, "owned_by": "assistant"} for name in names]
    await request.answer(200, _dump({"object": "list", "data": listed}), (*JSON, *limits))


async def _events(
    wanted: ChatInput, caller: Caller, request: Request, room: Room
) -> tuple[AsyncGenerator[Event, None], str]:
    messages = tuple(Message(role, text) for role, text in map(_plain, wanted.messages))
    if wanted.model != PIPELINE:
        info = await room.model.info()
        if info is None or wanted.model != info.name:
            raise _unknown_model(wanted.model, PIPELINE if info is None else f"{PIPELINE}, {info.name}")
        asked = Asked(messages[-1].content, caller.tenant, caller.groups, key_id=caller.key_id, channel="openai")
        return raw_answer(asked, messages, wanted, room), asked.id
    last = max((at for at, message in enumerate(messages) if message.role == "user"), default=None)
    if last is None:
        raise InvalidInput(
            Text(en="“messages” holds no message of the user.", zh="“messages” 中没有用户的消息。"), code="no_question"
        )
    text = readable(messages[last].content)
    request.language = spoken_in(text) or request.language
    asked = Asked(
        text,
        caller.tenant,
        caller.groups,
        key_id=caller.key_id,
        channel="openai",
        reader=request.language,
        max_tokens=wanted.longest,
        history=messages[:last],
    )
    return answer(asked, room), asked.id


def _plain(message: inputs.ChatMessage) -> tuple[Any, str]:
    role = "system" if message.role == "developer" else message.role
    return ("user" if role in {"tool", "function"} else role), message.text()


def completion(finished: Answer, model: str) -> dict[str, Any]:
    """Shape an answer as a chat completion."""
    return {
        "id": f"chatcmpl-{finished.id}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": model,
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": finished.answer + _choices(finished)},
                "finish_reason": "stop",
                "logprobs": None,
            }
        ],
        "usage": _usage(finished),
        "assistant": _extension(finished),
    }


async def chunks(events: AsyncGenerator[Event, None], asked_id: str, wanted: ChatInput) -> AsyncGenerator[bytes, None]:
    """Shape events as chunks, ending with `[DONE]`. An error before any text is raised, after it is a chunk."""
    base = {
        "id": f"chatcmpl-{asked_id}",
        "object": "chat.completion.chunk",
        "created": int(time.time()),
        "model": wanted.model,
    }
    usage_field: dict[str, Any] = {"usage": None} if _counts(wanted) else {}
    said = False
    async with aclosing(events):
        async for event in events:
            match event:
                case Delta() | Refused():
                    text = event.text if isinstance(event, Delta) else event.refused.reason
                    role = {} if said else {"role": "assistant"}
                    said = True
                    yield _frame({**base, **usage_field, "choices": [_choice({**role, "content": text}, None)]})
                case Failed(error):
                    if not said:
                        raise error
                    yield _frame(_broken(error))
                    return
                case Finished(finished):
                    if offered := _choices(finished):
                        yield _frame({**base, **usage_field, "choices": [_choice({"content": offered}, None)]})
                    end = {**base, **usage_field, "choices": [_choice({}, "stop")], "assistant": _extension(finished)}
                    yield _frame(end)
                    if _counts(wanted):
                        yield _frame({**base, "choices": [], "usage": _usage(finished)})
    yield b"data: [DONE]\n\n"


def _choices(finished: Answer) -> str:
    """Say what may have been meant: a client of this API shows text alone."""
    return texts.meant([one.question for one in finished.suggestions]).of(finished.language)


def _choice(delta: dict[str, str], finish: str | None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}


def _counts(wanted: ChatInput) -> bool:
    return wanted.stream_options is not None and wanted.stream_options.include_usage


def _usage(finished: Answer) -> dict[str, int]:
    """Tokens of the model; an answer without it took none."""
    used = finished.usage
    prompt, completion_ = (0, 0) if used is None else (used.prompt_tokens, used.completion_tokens)
    return {"prompt_tokens": prompt, "completion_tokens": completion_, "total_tokens": prompt + completion_}


def _extension(finished: Answer) -> dict[str, Any]:
    """Everything else that is known about the answer, under one key."""
    plain = answers.to_plain(finished)
    return {name: value for name, value in plain.items() if name not in {"answer", "usage"}}


def _broken(error: AssistantError) -> dict[str, Any]:
    return {"error": {"message": error.text.en, "type": "server_error", "param": None, "code": error.code}}


def _unknown_model(name: str, known: str) -> NotFound:
    return NotFound(
        Text(
            en=f"The model “{name[:80]}” does not exist. Choose among: {known}.",
            zh=f"模型“{name[:80]}”不存在。可选：{known}。",
        ),
        code="model_not_found",
    )


def _frame(chunk: dict[str, Any]) -> bytes:
    return b"data: " + _dump(chunk) + b"\n\n"


def _dump(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
