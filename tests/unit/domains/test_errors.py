"""Errors of the domains say which and what to do."""

from __future__ import annotations

import pytest

from domains import errors
from domains.errors import DomainError, PromptError, UnknownDomain


@pytest.mark.parametrize("kind", [UnknownDomain, PromptError])
def test_every_error_is_a_domain_error_and_in_the_tree(kind: type[DomainError]) -> None:
    assert issubclass(kind, DomainError)
    assert kind.__name__ in (errors.__doc__ or "")
