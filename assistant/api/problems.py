"""Errors on the wire: RFC 9457 for our own doors, OpenAI's error object for /v1. Codes and type URIs are stable."""

from __future__ import annotations

import json
import math

from assistant.api.errors import MethodNotAllowed
from assistant.api.http import Headers
from assistant.errors import AssistantError, Member, Text

TYPE = "urn:assistant:problem:"
TITLES = {
    400: Text("Bad request", "请求有误"),
    401: Text("Not authenticated", "未通过身份验证"),
    403: Text("Not permitted", "没有权限"),
    404: Text("Not found", "未找到"),
    405: Text("Method not allowed", "不支持该方法"),
    409: Text("Conflict", "冲突"),
    413: Text("Too large", "内容过大"),
    415: Text("Unsupported media type", "不支持的媒体类型"),
    422: Text("Cannot be processed", "无法处理"),
    429: Text("Too many requests", "请求过于频繁"),
    500: Text("Internal error", "内部错误"),
    503: Text("Unavailable", "服务暂不可用"),
}
PROBLEM: Headers = ((b"content-type", b"application/problem+json"),)
INTERNAL = Text(
    en="Something went wrong here. It has been logged; try again, and tell an operator if it stays.",
    zh="服务器内部出错，已记录日志。请重试；如仍有问题，请联系运维人员。",
)


def fields(error: AssistantError, language: str) -> dict[str, Member]:
    """Return the members of a problem object."""
    problem: dict[str, Member] = {
        "type": TYPE + error.code,
        "title": TITLES.get(error.status, TITLES[500]).of(language),
        "status": error.status,
        "detail": error.text.of(language),
        "code": error.code,
        **error.members,
    }
    if error.retry_after is not None:
        problem["retry_after"] = error.retry_after
    return problem


def problem(error: AssistantError, language: str) -> bytes:
    """Write a problem object."""
    return json.dumps(fields(error, language), ensure_ascii=False).encode()


def headers(error: AssistantError) -> Headers:
    """Return the headers that belong to an error."""
    more: list[tuple[bytes, bytes]] = []
    if error.retry_after is not None:
        more.append((b"retry-after", str(max(1, math.ceil(error.retry_after))).encode()))
    if error.status == 401:
        more.append((b"www-authenticate", b'Bearer realm="assistant"'))
    if isinstance(error, MethodNotAllowed):
        more.append((b"allow", ", ".join(error.allowed).encode()))
    return tuple(more)


OPENAI_TYPES = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
    500: "server_error",
    503: "server_error",
}


def openai_error(error: AssistantError, language: str, param: str | None = None) -> bytes:
    """Write OpenAI's error object."""
    kind = OPENAI_TYPES.get(error.status, "invalid_request_error")
    body = {"error": {"message": error.text.of(language), "type": kind, "param": param, "code": error.code}}
    return json.dumps(body, ensure_ascii=False).encode()
