"""Whatever goes wrong in a REST view, told as RFC 9457 in the reader's language."""

from __future__ import annotations

import logging
from typing import Any

from django.db import DatabaseError, InterfaceError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

from assistant.api import problems
from assistant.api.errors import MethodNotAllowed
from assistant.api.languages import preferred
from assistant.errors import AssistantError, InvalidInput, NotFound, Text, Unavailable, UnsupportedMedia

logger = logging.getLogger(__name__)

NOT_FOUND = Text(en="There is no such thing here.", zh="没有找到对应的内容。")
MALFORMED = Text(en="The body cannot be read: {reason}", zh="无法读取请求体：{reason}")
DATABASE_AWAY = Text(
    en="The database is away. Nothing was changed; try again in a few seconds.",
    zh="数据库暂时不可用，没有任何改动。请几秒后重试。",
)


def respond(error: Exception, context: dict[str, Any]) -> Response:
    """Be the REST framework's exception handler."""
    told = as_assistant_error(error)
    language = preferred(context["request"].headers.get("Accept-Language"))
    body = problems.fields(told, language)
    headers = {name.decode(): value.decode() for name, value in problems.headers(told)}
    return Response(body, status=told.status, headers=headers, content_type="application/problem+json")


def as_assistant_error(error: Exception) -> AssistantError:
    """Translate what the framework and the database raise; anything unknown is logged and told without detail."""
    match error:
        case AssistantError():
            return error
        case exceptions.ValidationError():
            sentences = [f"“{field}”: {text}" for field, text in _flat(error.detail)]
            joined = " ".join(sentences[:5])
            return InvalidInput(Text(en=joined, zh=joined))
        case exceptions.MethodNotAllowed():
            return MethodNotAllowed(())
        case exceptions.UnsupportedMediaType():
            return UnsupportedMedia(Text(en=str(error.detail), zh="不支持该内容类型，请使用 JSON 或表单上传。"))
        case exceptions.ParseError():
            reason = str(error.detail)
            return InvalidInput(Text(MALFORMED.en.format(reason=reason), MALFORMED.zh.format(reason=reason)))
        case Http404() | exceptions.NotFound():
            return NotFound(NOT_FOUND)
        case DatabaseError() | InterfaceError():
            logger.warning("rest.database_away error=%s", type(error).__name__)
            return Unavailable(DATABASE_AWAY, code="database_away", retry_after=2.0)
    logger.error("rest.failed", exc_info=error)
    return AssistantError(problems.INTERNAL)


def _flat(detail: Any, path: str = "") -> list[tuple[str, str]]:  # noqa: ANN401 - nested lists and dictionaries
    if isinstance(detail, dict):
        return [found for name, value in detail.items() for found in _flat(value, f"{path}.{name}".strip("."))]
    if isinstance(detail, list):
        return [found for value in detail for found in _flat(value, path)]
    return [(path or "body", str(detail))]
