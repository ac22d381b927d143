"""Domains by name, imported late."""

from __future__ import annotations

import subprocess
import sys

import pytest

from domains.errors import UnknownDomain
from domains.registry import REGISTRY, load


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_every_registered_domain_loads_under_its_public_name(name: str) -> None:
    assert load(name).name == name


def test_a_domain_is_made_once() -> None:
    assert load("general") is load("general")


def test_an_unknown_name_lists_those_that_exist() -> None:
    with pytest.raises(UnknownDomain, match="code, finance, general, medical, science"):
        load("astrology")


@pytest.mark.parametrize(
    ("name", "required"),
    [("general", False), ("code", False), ("science", False), ("finance", True), ("medical", True)],
)
def test_finance_and_medicine_require_evidence(name: str, required: bool) -> None:
    assert load(name).requires_evidence is required


def test_naming_the_domains_imports_none_of_them() -> None:
    code = "import sys, domains.registry; print([m for m in sys.modules if m.startswith(('domains.finance', 'torch'))])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"
