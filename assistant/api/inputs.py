"""What comes in as JSON, checked; what is wrong with it is told by field, in both languages."""

from __future__ import annotations

import uuid
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from assistant.errors import InvalidInput, Text, UnsupportedMedia

MAX_TOKENS = 4_096


class AskInput(BaseModel):
    """Body of `POST /api/v1/ask`."""

    model_config = ConfigDict(extra="forbid")

    question: Annotated[str, Field(description="The question, in Chinese or English; at most 4,000 characters.")]
    conversation_id: Annotated[
        uuid.UUID | None, Field(description="From an earlier answer; left out, a new conversation begins.")
    ] = None
    domain: Annotated[
        str | None, Field(description="Answer from this field alone: general, finance, medical, code, science.")
    ] = None
    language: Annotated[
        Literal["zh", "en"] | None, Field(description="Language of the answer; else that of the question.")
    ] = None
    stream: Annotated[bool | None, Field(description="Server-sent events instead of one JSON object.")] = None
    max_tokens: Annotated[int | None, Field(ge=1, le=MAX_TOKENS, description="Longest answer of the model.")] = None


class ChatMessage(BaseModel):
    """One message of an OpenAI-shaped request. Text parts are joined; other parts are refused by the door."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[ContentPart] | None = None

    def text(self) -> str:
        """Return the message's text."""
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content)
        return self.content or ""


class ContentPart(BaseModel):
    """A part of a message."""

    type: Literal["text"]
    text: str


class StreamOptions(BaseModel):
    """What a stream ends with."""

    include_usage: bool = False


class ChatInput(BaseModel):
    """Body of `POST /v1/chat/completions`. Members of OpenAI's API that are not listed are ignored."""

    model_config = ConfigDict(extra="ignore")

    model: str
    messages: Annotated[list[ChatMessage], Field(min_length=1, max_length=200)]
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    max_tokens: Annotated[int | None, Field(ge=1, le=MAX_TOKENS)] = None
    max_completion_tokens: Annotated[int | None, Field(ge=1, le=MAX_TOKENS)] = None
    temperature: Annotated[float | None, Field(ge=0, le=2)] = None
    top_p: Annotated[float | None, Field(gt=0, le=1)] = None
    stop: str | list[str] | None = None
    n: Literal[1] | None = None

    @property
    def longest(self) -> int | None:
        """The longest answer wished for."""
        return self.max_completion_tokens or self.max_tokens


Model = TypeVar("Model", bound=BaseModel)


def parse(kind: type[Model], body: bytes, content_type: str | None) -> Model:
    """Read a JSON body. Raises InvalidInput (invalid_input, wrong_encoding, invalid_json) or UnsupportedMedia."""
    if content_type is not None and "json" not in content_type.lower():
        raise UnsupportedMedia(
            Text(
                en=f"Send JSON (Content-Type: application/json), not {content_type[:100]}.",
                zh=f"请发送 JSON（Content-Type: application/json），而不是 {content_type[:100]}。",
            )
        )
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        raise _explained(error, body) from error


def _explained(error: ValidationError, body: bytes) -> InvalidInput:
    details = error.errors(include_url=False, include_context=True, include_input=False)
    if details[0]["type"] != "json_invalid":
        shown = details[:5]
        return InvalidInput(
            Text(en=" ".join(_english(detail) for detail in shown), zh="".join(_chinese(detail) for detail in shown))
        )
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as wrong:
        return InvalidInput(
            Text(
                en=f"The body is not UTF-8 (byte {wrong.start}). Encode the JSON in UTF-8.",
                zh=f"请求体不是 UTF-8 编码（第 {wrong.start} 字节处）。请使用 UTF-8 编码 JSON。",
            ),
            code="wrong_encoding",
        )
    reason = details[0]["msg"].removeprefix("Invalid JSON: ")
    return InvalidInput(
        Text(en=f"The body is not JSON: {reason}.", zh=f"请求体不是合法的 JSON：{reason}。"), code="invalid_json"
    )


_ZH = {
    "missing": "缺少该字段",
    "extra_forbidden": "没有这个字段",
    "string_type": "应为字符串",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_from_float": "应为整数",
    "float_type": "应为数字",
    "uuid_parsing": "应为 UUID",
    "uuid_type": "应为 UUID",
    "list_type": "应为数组",
    "model_type": "应为 JSON 对象",
    "model_attributes_type": "应为 JSON 对象",
    "too_short": "不能为空",
    "too_long": "元素过多",
}


def _english(detail: ErrorDetails) -> str:
    message = detail["msg"]
    return f"“{_field(detail)}”: {message[0].lower()}{message[1:]}."


def _chinese(detail: ErrorDetails) -> str:
    context = detail.get("ctx", {})
    kind = detail["type"]
    known = _ZH.get(kind)
    if known is None and kind == "literal_error":
        known = f"应为 {context.get('expected')}"
    if known is None and kind.startswith(("greater_than", "less_than")):
        sign, bound = next(iter(context.items()))
        known = f"应{'≥' if sign == 'ge' else '≤' if sign == 'le' else '＞' if sign == 'gt' else '＜'} {bound}"
    return f"“{_field(detail)}”：{known or '取值有误'}。"


def _field(detail: ErrorDetails) -> str:
    return ".".join(str(part) for part in detail["loc"]) or "body"
