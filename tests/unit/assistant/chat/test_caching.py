"""The pipeline with a cache of answers: given again, made once for many, and kept only where that is right."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Sequence
from typing import Any

import pytest

from assistant.chat.events import Sources
from assistant.faq.flights import Flights
from assistant.faq.generated import Found, Scope
from inference.client.scripted import Reply
from retrieval.types import Hit, Vectors
from tests.chatkit import WARRANTY, Curated, asked, events, finished, model, room

QUESTION = "Explain the warranty of the Aurora lamp after delivery"
SAID = Reply(pieces=("The warranty lasts ", "24 months [1]."))


class Shelf:
    """Keeps answers in a dictionary, as the database would."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[dict[str, Any], tuple[Hit, ...]]] = {}

    def find(self, scope: Scope, text: str, vector: Vectors | None = None) -> Found | None:
        found = self.kept.get(scope.key(text))
        return None if found is None else Found("id", found[0], text, exact=True)

    def keep(
        self,
        scope: Scope,
        text: str,
        body: dict[str, Any],
        hits: Sequence[Hit],
        seconds: float,
        vector: Vectors | None = None,
    ) -> bool:
        self.kept[scope.key(text)] = body, tuple(hits)
        return True


async def test_an_answer_is_given_again_with_its_sources_and_without_the_model() -> None:
    shelf, scripted = Shelf(), model(SAID)
    where = room(scripted, kept=shelf, flights=Flights(None))
    first = finished(await events(asked(QUESTION), where))
    assert first.layer == "model"
    again = await events(asked(f"  {QUESTION.lower()}??"), where)
    second = finished(again)
    assert (second.layer, second.answer, second.sources) == ("cache", first.answer, first.sources)
    assert second.grounded
    assert second.timings.retrieval_ms is None
    assert [event.sources for event in again if isinstance(event, Sources)] == [first.sources]
    assert len(scripted.requests) == 1
    [(_, hits)] = shelf.kept.values()
    assert hits[0].chunk == WARRANTY


async def test_a_cached_answer_offers_the_curated_questions_that_are_near_now() -> None:
    shelf, scripted, flights = Shelf(), model(SAID), Flights(None)
    curated, without = Curated(offered=-1.0), Curated(offered=2.0)
    first = finished(await events(asked(QUESTION), room(scripted, kept=shelf, flights=flights, faq=curated)))
    second = finished(await events(asked(QUESTION), room(scripted, kept=shelf, flights=flights, faq=curated)))
    assert (first.layer, second.layer) == ("model", "cache")
    assert [one.key for one in second.suggestions] == [one.key for one in first.suggestions] != []
    third = finished(await events(asked(QUESTION), room(scripted, kept=shelf, flights=flights, faq=without)))
    assert (third.layer, third.suggestions) == ("cache", ())


@pytest.mark.parametrize("many", [50, pytest.param(500, marks=pytest.mark.slow)])
async def test_identical_misses_at_once_make_one_model_call(many: int) -> None:
    scripted = model(SAID)
    where = room(scripted, kept=Shelf(), flights=Flights(None))
    said = await asyncio.gather(*(events(asked(QUESTION), where) for _ in range(many)))
    layers = [finished(one).layer for one in said]
    assert (layers.count("model"), layers.count("cache")) == (1, many - 1)
    assert len(scripted.requests) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Explain the warranty of my Aurora lamp after delivery",
        "Explain the warranty of the Aurora lamp after delivery as of today",
    ],
)
async def test_what_is_personal_or_of_the_moment_is_made_anew_each_time(text: str) -> None:
    shelf, scripted = Shelf(), model(SAID, SAID)
    where = room(scripted, kept=shelf, flights=Flights(None))
    for _ in range(2):
        assert finished(await events(asked(text), where)).layer != "cache"
    assert shelf.kept == {}


async def test_an_answer_without_evidence_is_not_kept() -> None:
    shelf = Shelf()
    where = room(model("Soft rain on the roof.", "Rain."), kept=shelf, flights=Flights(None))
    assert not finished(await events(asked("Write a haiku about spring rain"), where)).grounded
    assert shelf.kept == {}


async def test_those_who_waited_for_a_refusal_get_one_too() -> None:
    where = room(kept=Shelf(), flights=Flights(None))
    said = await asyncio.gather(*(events(asked("Where does the CEO live?"), where) for _ in range(5)))
    assert {finished(one).refused.code for one in said} == {"no_evidence"}


@pytest.mark.parametrize("change", ["model", "prompts"])
async def test_a_new_model_or_new_prompts_answer_anew_and_the_old_answer_comes_back_with_them(change: str) -> None:
    shelf, before, after = Shelf(), model(SAID), model(SAID)
    old = room(before, kept=shelf, flights=Flights(None), prompts="p1")
    assert finished(await events(asked(QUESTION), old)).layer == "model"
    if change == "model":
        info = await after.info()
        assert info is not None
        newer = dataclasses.replace(info, name=f"{info.name}-next")

        async def says() -> Any:
            return newer

        after.info = says  # type: ignore[method-assign]
    new = room(after, kept=shelf, flights=Flights(None), prompts="p2" if change == "prompts" else "p1")
    assert [finished(await events(asked(QUESTION), new)).layer for _ in range(2)] == ["model", "cache"]
    assert finished(await events(asked(QUESTION), old)).layer == "cache"
    assert (len(before.requests), len(after.requests)) == (1, 1)
