"""Errors that only a door knows.

AssistantError
├── MethodNotAllowed 405   the path exists, the method does not
└── ClientGone             nobody is left to answer; never shown
"""

from __future__ import annotations

import math

from assistant.errors import AssistantError, Text, TooManyRequests


class MethodNotAllowed(AssistantError):
    """The path exists, the method does not; `allowed` lists those that do."""

    status = 405
    code = "method_not_allowed"

    def __init__(self, allowed: tuple[str, ...]) -> None:
        names = ", ".join(allowed)
        super().__init__(Text(en=f"Use {names} here.", zh=f"此地址只接受 {names}。"))
        self.allowed = allowed


class ClientGone(Exception):
    """The client closed the connection before it had sent its request."""


def too_fast(seconds: float) -> TooManyRequests:
    """Say when to come back; `seconds` until the next request is admitted."""
    whole = max(1, math.ceil(seconds))
    return TooManyRequests(
        Text(en=f"That was too many requests at once. Wait {whole} s.", zh=f"请求过于频繁，请在 {whole} 秒后重试。"),
        code="rate_limited",
        retry_after=max(0.1, seconds),
    )
