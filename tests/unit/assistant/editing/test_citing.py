"""What a turn cites is written with the turn: whole, once, and as it read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest
from django.db import transaction

from assistant.accounts.models import Tenant
from assistant.chat import ledger
from assistant.chat.answers import Source
from assistant.chat.models import Turn
from assistant.editing.citing import digest_of, on_turns
from assistant.editing.models import Citation, Passage
from assistant.knowledge.models import Chunk, Document
from tests.unit.assistant.editing.conftest import Tell

Add = Callable[..., Document]


def chunks() -> list[Chunk]:
    return list(Chunk.objects.select_related("document", "revision").order_by("text"))


def test_the_digest_is_the_sha256_of_the_text() -> None:
    assert digest_of("退货") == hashlib.sha256("退货".encode()).hexdigest()


def test_a_passage_is_kept_with_its_place(add: Add, tell: Tell) -> None:
    add("# Returns\n\n## Abroad\n\nThirty days.", title="T")
    tell("So [1].", *chunks())
    passage = Passage.objects.get()
    assert (passage.text, passage.headings) == ("Thirty days.", ["Returns", "Abroad"])
    assert (passage.digest, passage.line) == (digest_of("Thirty days."), chunks()[0].line)


def test_the_same_passage_is_kept_once_for_many_answers(add: Add, tell: Tell) -> None:
    add("one fact")
    for _ in range(3):
        tell("So [1].", *chunks())
    assert (Passage.objects.count(), Citation.objects.count()) == (1, 3)


def test_the_same_place_that_reads_otherwise_is_another_passage(add: Add, tell: Tell) -> None:
    """A revision that is read again by another chunker keeps its ids; what was cited stays what it was."""
    add("one fact")
    first = tell("So [1].", *chunks())
    Chunk.objects.update(text="one fact, cut otherwise")
    second = tell("So [1].", *chunks())
    texts = [Citation.objects.select_related("passage").get(turn=turn).passage for turn in (first, second)]
    assert [passage.text for passage in texts if passage] == ["one fact", "one fact, cut otherwise"]


def test_several_turns_at_once_cost_a_handful_of_statements(
    add: Add, tell: Tell, django_assert_max_num_queries: object
) -> None:
    add("one fact")
    turns = [tell("So [1].", *chunks()) for _ in range(6)]
    Citation.objects.all().delete()
    with django_assert_max_num_queries(7):  # type: ignore[operator]
        on_turns(turns)
    assert Citation.objects.count() == 6


def test_turns_without_sources_ask_the_database_nothing(db: None, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        on_turns([Turn(answer=None), Turn(answer={}), Turn(answer={"sources": []})])


def test_a_turn_that_was_not_written_is_not_cited(add: Add, tell: Tell) -> None:
    add("one fact")
    turn = tell("So [1].", *chunks())
    source = (turn.answer or {})["sources"]
    Turn.objects.all().delete()
    on_turns([Turn(id=turn.pk, text="So [1].", answer={"sources": source})])
    assert Citation.objects.count() == 0


@pytest.mark.parametrize(("text", "used"), [("So [1].", True), ("So [11].", False), ("So 1.", False)])
def test_a_source_is_used_when_its_number_stands_in_the_text(add: Add, tell: Tell, text: str, used: bool) -> None:
    add("one fact")
    tell(text, *chunks())
    assert Citation.objects.get().used is used


def test_turn_and_citations_are_written_together_or_not_at_all(
    add: Add, tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    add("one fact")

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    ledger.turns_written.connect(fail, dispatch_uid="test")
    try:
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            tell("So [1].", *chunks())
    finally:
        ledger.turns_written.disconnect(dispatch_uid="test")
    assert (Turn.objects.count(), Citation.objects.count()) == (0, 0)


def test_curated_answers_write_nothing_and_ask_the_database_nothing(
    tenant: Tenant, tell: Tell, django_assert_num_queries: object
) -> None:
    turn = tell("At nine.", sources=(Source(1, "faq:hours", "faq:hours", "When?", 1, 1.0),))
    assert Citation.objects.count() == 0
    with django_assert_num_queries(0):  # type: ignore[operator]
        on_turns([turn])
