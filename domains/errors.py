"""Errors of the domain rooms.

DomainError
├── UnknownDomain    no domain of that name is registered; the message lists those that are
├── WeightsDamaged   the weights of the evidence check cannot be used; the message says what to do
└── PromptError      a prompt file is missing a variable or has one too many
"""

from __future__ import annotations


class DomainError(Exception):
    """Base of all errors raised by domains."""


class UnknownDomain(DomainError):
    """No domain of that name is registered."""


class WeightsDamaged(DomainError):
    """The weights of the evidence check are damaged, or of another version of the features."""


class PromptError(DomainError):
    """A prompt file and the variables given to it do not match."""
