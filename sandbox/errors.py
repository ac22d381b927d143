"""Errors of the sandbox.

SandboxError
└── SandboxUnavailable   untrusted work cannot be run safely here; nothing was run
"""

from __future__ import annotations


class SandboxError(Exception):
    """Base of all errors raised by the sandbox."""


class SandboxUnavailable(SandboxError):
    """Untrusted work cannot be run safely on this machine. The message says what is missing and what to do."""
