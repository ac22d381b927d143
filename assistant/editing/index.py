"""The index as work to ask for: build it anew, merge recent changes, verify it."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings

from assistant.editing.models import Run
from assistant.editing.runs import Outcome
from assistant.errors import Text
from assistant.knowledge.encoder import shared_encoder
from assistant.knowledge.live import build_index
from assistant.knowledge.models import Chunk, ChunkChange
from retrieval.errors import IndexDamaged
from retrieval.indexes.generations import GenerationStore

Report = Callable[[float], None]


def reindex(run: Run, report: Report) -> Outcome:  # noqa: ARG001 - the form of all work
    """Write a new generation beside the present one, verify it, switch. Raises IndexNotWritten, EncoderUnavailable."""
    encoder = shared_encoder().name
    total = Chunk.objects.filter(encoder=encoder).count()
    made = build_index(_store(), encoder, lambda done: report(done / max(total, 1)))
    note = Text(
        f"generation {made.number}: {total} chunks, up to change {made.sequence}",
        f"第 {made.number} 代：{total} 个片段，截至变更 {made.sequence}",
    )
    return Outcome(note)


def merge(run: Run, report: Report) -> Outcome:
    """Do the same when there is a change beyond the present generation."""
    store = _store()
    number = store.current_number()
    sequence = store.verify(number).sequence if number is not None else 0
    beyond = ChunkChange.objects.filter(sequence__gt=sequence).count()
    if not beyond and number is not None:
        return Outcome(Text(f"generation {number} holds every change already", f"第 {number} 代已包含全部变更"))
    made = reindex(run, report).note
    return Outcome(Text(f"{made.en}; {beyond} changes merged", f"{made.zh}；已合并 {beyond} 处变更"))


def verify(run: Run, report: Report) -> Outcome:  # noqa: ARG001 - the form of all work
    """Check checksums, counts and sample queries of the present generation. Raises IndexDamaged."""
    store = _store()
    number = store.current_number()
    if number is None:
        raise IndexDamaged("There is no index yet. Build it.")
    generation = store.verify(number)
    number, sequence = generation.number, generation.sequence
    return Outcome(
        Text(f"generation {number} is whole, up to change {sequence}", f"第 {number} 代完好，截至变更 {sequence}")
    )


def _store() -> GenerationStore:
    return GenerationStore(settings.HOUSE.index_dir)
