"""Errors that only a door knows.

AssistantError
├── MethodNotAllowed 405   the path exists, the method does not
└── ClientGone             nobody is left to answer; never shown
"""

from __future__ import annotations

from assistant.errors import AssistantError, Text


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
