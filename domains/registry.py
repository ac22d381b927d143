"""Which domains exist: public name -> dotted path of a class that needs no arguments. Imported when first asked for."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import cast

from domains.errors import UnknownDomain
from domains.protocols import Domain

REGISTRY: dict[str, str] = {
    "general": "domains.general.domain.General",
    "finance": "domains.finance.domain.Finance",
    "medical": "domains.medical.domain.Medical",
    "code": "domains.codegen.domain.Code",
    "science": "domains.science.domain.Science",
}


@cache
def load(name: str) -> Domain:
    """Return the domain of that public name, the same object each time. Raises UnknownDomain."""
    path = REGISTRY.get(name)
    if path is None:
        raise UnknownDomain(f"There is no domain {name!r}; those registered in domains/registry.py: {known()}.")
    module, _, attribute = path.rpartition(".")
    return cast(Domain, getattr(import_module(module), attribute)())


def known() -> str:
    """List the registered names, for messages."""
    return ", ".join(sorted(REGISTRY))
