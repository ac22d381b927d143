"""The composition root: nothing at import, one room a process, and the truth about what is ready."""

from __future__ import annotations

import dataclasses
import gc
import os
import subprocess
import sys
import threading

import pytest

from assistant import wiring
from assistant.errors import Unavailable
from domains.errors import WeightsDamaged
from inference.client.absent import AbsentModel
from inference.client.openai_protocol import OpenAIModel
from retrieval.errors import EncoderUnavailable


class Part:
    """A follower that writes down what it was told."""

    def __init__(self, fresh_at: float = float("-inf")) -> None:
        self.fresh_at = fresh_at
        self.stopped = 0

    def stop(self) -> None:
        self.stopped += 1


@pytest.fixture(autouse=True)
def nothing_built(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiring, "_built", None)
    monkeypatch.setattr(wiring, "_warming", None)
    monkeypatch.setattr(wiring, "_fault", None)
    monkeypatch.setattr(gc, "freeze", lambda: None)  # what the tests hold is not kept for good


def built(*parts: Part) -> object:
    return wiring._Built(object(), parts)  # type: ignore[arg-type]


def test_until_there_is_a_room_the_asker_is_told_when_to_come_back() -> None:
    with pytest.raises(Unavailable) as starting:
        wiring.room()
    assert (starting.value.code, starting.value.retry_after) == ("starting", 2.0)
    assert starting.value.text.zh != starting.value.text.en


def test_what_was_loaded_in_the_background_is_kept_for_good(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    frozen = threading.Event()

    def assemble() -> object:
        done.append("built")
        return built()

    monkeypatch.setattr(wiring, "_assemble", assemble)
    monkeypatch.setattr(wiring, "_watch_until_model_is_up", lambda: None)
    monkeypatch.setattr(gc, "collect", lambda: done.append("looked through"))
    monkeypatch.setattr(gc, "freeze", lambda: (done.append("kept"), frozen.set()))
    wiring.warm_up()
    assert frozen.wait(30)
    assert done == ["built", "looked through", "kept"], "garbage is not kept, and nothing before it is there"


def test_a_command_keeps_nothing_for_good(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[str] = []
    monkeypatch.setattr(wiring, "_assemble", built)
    monkeypatch.setattr(gc, "freeze", lambda: kept.append("kept"))
    wiring.build()
    assert kept == []


def test_threads_that_build_at_once_get_the_same_room(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []

    def assemble() -> object:
        made.append(built())
        return made[-1]

    monkeypatch.setattr(wiring, "_assemble", assemble)
    rooms: list[object] = []
    threads = [threading.Thread(target=lambda: rooms.append(wiring.build())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert {id(room) for room in rooms} == {id(wiring.room())}


def test_a_part_that_is_away_is_waited_for_in_the_background(monkeypatch: pytest.MonkeyPatch) -> None:
    attempts: list[int] = []

    def assemble() -> object:
        attempts.append(1)
        if len(attempts) < 3:
            raise EncoderUnavailable("not fetched yet")
        return built()

    monkeypatch.setattr(wiring, "_assemble", assemble)
    monkeypatch.setattr(wiring, "RETRY_S", 0.01)
    wiring.warm_up()
    first = wiring._warming
    wiring.warm_up()
    assert first is not None
    assert wiring._warming is first
    first.join(30)
    assert len(attempts) == 3
    assert wiring.room() is not None


def test_what_nobody_expected_is_logged_shown_and_tried_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    mended, shown = threading.Event(), threading.Event()

    def assemble() -> object:
        if mended.is_set():
            return built()
        if wiring.fault():
            shown.set()
        raise WeightsDamaged("weights.json: the features changed since these weights were trained")

    monkeypatch.setattr(wiring, "_assemble", assemble)
    monkeypatch.setattr(wiring, "MEND_S", 0.01)
    wiring.warm_up()
    assert shown.wait(30)
    assert wiring.fault() == "WeightsDamaged"
    mended.set()
    assert wiring._warming is not None
    wiring._warming.join(30)
    assert wiring.room() is not None
    assert wiring.fault() is None
    assert any("warm_up.failed" in record.message and record.exc_info for record in caplog.records)


def test_whoever_builds_in_the_foreground_is_told_what_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    def assemble() -> object:
        raise EncoderUnavailable("not fetched yet")

    monkeypatch.setattr(wiring, "_assemble", assemble)
    with pytest.raises(EncoderUnavailable, match="not fetched"):
        wiring.build()
    with pytest.raises(Unavailable):
        wiring.room()


def test_search_is_ready_once_the_documents_were_caught_up_with(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not wiring.searchable()
    documents = Part()
    monkeypatch.setattr(wiring, "_built", built(documents, Part(1.0)))
    assert not wiring.searchable()
    documents.fresh_at = 1.0
    assert wiring.searchable()


def test_closing_stops_every_follower_and_is_harmless_before_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    wiring.close()
    parts = (Part(), Part(), Part())
    monkeypatch.setattr(wiring, "_built", built(*parts))
    wiring.close()
    assert [part.stopped for part in parts] == [1, 1, 1]


async def test_closing_closes_the_connection_that_streams_and_memories_share(redis_url: str) -> None:
    wiring.connection.cache_clear()
    await wiring.aclose()
    assert await wiring.connection().send("PING")
    client = wiring.connection()._client
    await wiring.aclose()
    assert wiring.connection()._client is None
    assert client is not None
    wiring.connection.cache_clear()


@pytest.mark.django_db
def test_readiness_names_each_layer_and_looks_at_the_real_stores(redis_url: str) -> None:
    ready = wiring.readiness()
    assert ready.keys() == {"faq", "search", "model", "database", "cache"}
    assert (ready["faq"], ready["search"]) == (False, False)
    assert (ready["database"], ready["cache"]) == (True, True)


def test_without_an_address_of_a_model_an_absent_one_stands_in(settings: object) -> None:
    settings.HOUSE = dataclasses.replace(settings.HOUSE, model_url=None, model_name=None)  # type: ignore[attr-defined]
    assert isinstance(wiring._model(), AbsentModel)
    settings.HOUSE = dataclasses.replace(settings.HOUSE, model_url="http://127.0.0.1:9/v1")  # type: ignore[attr-defined]
    assert isinstance(wiring._model(), AbsentModel)


def test_with_an_address_and_a_name_the_served_model_answers(settings: object) -> None:
    served = {"model_url": "http://127.0.0.1:9/v1", "model_name": "m"}
    settings.HOUSE = dataclasses.replace(settings.HOUSE, **served)  # type: ignore[attr-defined]
    assert isinstance(wiring._model(), OpenAIModel)


def test_a_dotted_path_gives_what_it_names_and_says_what_is_missing() -> None:
    assert wiring._of("retrieval.errors.EncoderUnavailable") is EncoderUnavailable
    with pytest.raises(AttributeError, match="Nobody"):
        wiring._of("retrieval.errors.Nobody")
    with pytest.raises(ModuleNotFoundError):
        wiring._of("retrieval.nowhere.Thing")


def test_importing_it_loads_neither_torch_nor_vllm() -> None:
    code = "import sys, django; django.setup(); import assistant.wiring; print({'torch', 'vllm'} & set(sys.modules))"
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "assistant.config.settings"}
    argv = [sys.executable, "-c", code]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=120, check=True, env=environ)
    assert done.stdout.strip() == "set()"
