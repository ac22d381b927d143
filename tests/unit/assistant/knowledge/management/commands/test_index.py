"""`manage.py index` and `manage.py worker --once` from a shell."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from assistant.accounts.models import Tenant
from assistant.knowledge import services
from assistant.knowledge.models import Chunk, IngestionJob
from retrieval.indexes.generations import GenerationStore
from retrieval.protocols import Encoder

pytestmark = pytest.mark.usefixtures("house_encoder")


@pytest.fixture(autouse=True)
def index_dir(settings: Any, tmp_path: Path) -> Path:
    settings.HOUSE = replace(settings.HOUSE, index_dir=tmp_path / "index")
    return tmp_path / "index"


def run(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def test_documents_are_read_indexed_and_verified(tenant: Tenant, index_dir: Path) -> None:
    services.add_document(tenant, "a.md", b"The canteen opens at noon.")
    assert "1 jobs" in run("worker", "--once")
    assert "generation 1: 1 chunks" in run("index", "build")
    assert "generation 1 is whole" in run("index", "verify")
    assert GenerationStore(index_dir).current_number() == 1


def test_an_index_that_was_never_built_says_what_to_do(tenant: Tenant) -> None:
    with pytest.raises(CommandError, match="index build"):
        run("index", "verify")


def test_a_damaged_index_is_noticed_and_built_anew(tenant: Tenant, index_dir: Path) -> None:
    services.add_document(tenant, "a.md", b"The canteen opens at noon.")
    run("worker", "--once")
    run("index", "build")
    victim = max((path for path in index_dir.rglob("*") if path.is_file()), key=lambda path: path.stat().st_size)
    victim.write_bytes(victim.read_bytes()[:-1] + b"!")
    with pytest.raises(CommandError, match="index build"):
        run("index", "verify")
    assert "generation 2" in run("index", "build")
    assert "is whole" in run("index", "verify")


def test_documents_of_another_encoder_are_queued_to_be_read_again(tenant: Tenant, house_encoder: Encoder) -> None:
    services.add_document(tenant, "a.md", b"The canteen opens at noon.")
    run("worker", "--once")
    Chunk.objects.update(encoder="last-year's model")
    assert "1 documents were embedded by another encoder" in run("index", "build")
    assert IngestionJob.objects.filter(state="queued").count() == 1
    run("worker", "--once")
    assert Chunk.objects.get().encoder == house_encoder.name


def test_a_full_disk_is_told_and_the_old_index_stays(tenant: Tenant, index_dir: Path) -> None:
    run("index", "build")
    taken = index_dir / "gen-000002.tmp"
    taken.write_text("a file where the folder should be")
    index_dir.joinpath(".lock").unlink(missing_ok=True)
    index_dir.joinpath(".lock").mkdir()
    with pytest.raises(CommandError, match="free some disk"):
        run("index", "build")
    index_dir.joinpath(".lock").rmdir()
    assert "generation 1 is whole" in run("index", "verify")
