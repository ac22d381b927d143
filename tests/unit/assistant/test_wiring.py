"""The composition root: nothing heavy at import, honest while it builds."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from types import SimpleNamespace
from typing import Any

import pytest

from assistant import wiring
from assistant.errors import Unavailable
from retrieval.errors import EncoderUnavailable


@pytest.fixture(autouse=True)
def unbuilt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiring, "_built", None)
    monkeypatch.setattr(wiring, "_warming", None)


def built(*, fresh: bool = True) -> Any:
    follower = SimpleNamespace(fresh_at=1.0 if fresh else float("-inf"), stopped=False)
    follower.stop = lambda: setattr(follower, "stopped", True)
    return SimpleNamespace(room="the room", followers=(follower,))


def test_until_it_is_built_the_room_says_when_to_come_back() -> None:
    with pytest.raises(Unavailable) as starting:
        wiring.room()
    assert starting.value.code == "starting"
    assert starting.value.retry_after


def test_two_who_build_at_once_build_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assembled = []

    def assemble() -> Any:
        time.sleep(0.05)
        assembled.append(built())
        return assembled[-1]

    monkeypatch.setattr(wiring, "_assemble", assemble)
    threads = [threading.Thread(target=wiring.build) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(assembled) == 1
    assert wiring.room() == "the room"


def test_warming_up_tries_again_while_a_part_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    attempts: list[int] = []

    def assemble() -> Any:
        attempts.append(1)
        if len(attempts) < 3:
            raise EncoderUnavailable("not there yet")
        return built()

    monkeypatch.setattr(wiring, "_assemble", assemble)
    monkeypatch.setattr(wiring, "RETRY_S", 0.01)
    wiring.warm_up()
    wiring.warm_up()  # a second start changes nothing
    assert wiring._warming is not None
    wiring._warming.join(timeout=5)
    assert len(attempts) == 3
    assert wiring.room() == "the room"


@pytest.mark.parametrize("fresh", [True, False])
def test_search_is_ready_once_the_documents_were_followed(monkeypatch: pytest.MonkeyPatch, fresh: bool) -> None:
    assert not wiring.searchable()
    monkeypatch.setattr(wiring, "_built", built(fresh=fresh))
    assert wiring.searchable() is fresh


def test_closing_stops_the_followers(monkeypatch: pytest.MonkeyPatch) -> None:
    wiring.close()
    made = built()
    monkeypatch.setattr(wiring, "_built", made)
    wiring.close()
    assert made.followers[0].stopped


def test_readiness_names_every_layer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiring.health, "database_answers", lambda: True)
    monkeypatch.setattr(wiring.health, "redis_answers", lambda _url: False)
    assert wiring.readiness() == {"faq": False, "search": False, "model": False, "database": True, "cache": False}


def test_importing_it_loads_nothing_heavy() -> None:
    code = (
        "import sys, os; os.environ['DJANGO_SETTINGS_MODULE'] = 'tests.settings'\n"
        "import django; django.setup()\n"
        "import assistant.wiring\n"
        "heavy = {'torch', 'vllm', 'triton', 'onnxruntime', 'faiss', 'jieba', 'sklearn', 'transformers'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.strip() == "[]"


def test_the_model_is_watched_until_it_is_up(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []

    class Watch:
        """Up at the third look."""

        @property
        def warming(self) -> bool:
            return len(looks) < 3

        def up(self) -> bool:
            looks.append(1)
            return len(looks) >= 3

    watch = Watch()
    monkeypatch.setattr(wiring, "model_watch", lambda: watch)
    monkeypatch.setattr(wiring, "MODEL_LOOK_S", 0.01)
    wiring._watch_until_model_is_up()
    assert len(looks) == 3
