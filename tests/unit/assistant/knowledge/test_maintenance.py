"""What is done to the index on request: build, merge, verify."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assistant.accounts.models import Tenant
from assistant.knowledge import maintenance, services
from retrieval.errors import IndexDamaged
from retrieval.indexes.generations import GenerationStore

pytestmark = pytest.mark.usefixtures("house_encoder")
Work = Callable[[], int]


@pytest.fixture(autouse=True)
def index_dir(settings: Any, tmp_path: Path) -> Path:
    settings.HOUSE = replace(settings.HOUSE, index_dir=tmp_path / "index")
    return tmp_path / "index"


@pytest.fixture
def documents(tenant: Tenant, work: Work) -> None:
    services.add_document(tenant, "a.md", b"The canteen opens at noon.")
    services.add_document(tenant, "b.md", b"The library opens at nine.")
    work()


def test_a_generation_is_built_and_found_whole(documents: None) -> None:
    shares: list[float] = []
    built = maintenance.reindex(shares.append)
    assert (built.number, built.chunks) == (1, 2)
    assert shares == [0.5, 1.0]
    assert maintenance.verify() == (1, built.sequence)


def test_a_merge_builds_only_when_something_lies_beyond(documents: None, tenant: Tenant, work: Work) -> None:
    first = maintenance.merge()
    assert (first.number, first.changes) == (None, 2)
    assert first.built is not None
    second = maintenance.merge()
    assert (second.number, second.changes, second.built) == (1, 0, None)
    services.add_document(tenant, "c.md", b"The gate closes at ten.")
    work()
    third = maintenance.merge()
    assert third.changes == 1
    assert third.built is not None
    assert (third.built.number, third.built.chunks) == (2, 3)


def test_a_merge_replaces_a_generation_that_says_nothing_of_itself(documents: None, index_dir: Path) -> None:
    maintenance.reindex()
    (index_dir / "gen-000001" / "manifest.json").write_text("{}")
    with pytest.raises(IndexDamaged):
        maintenance.verify()
    assert maintenance.merge().built is not None
    assert maintenance.verify()[0] == GenerationStore(index_dir).current_number() == 2
