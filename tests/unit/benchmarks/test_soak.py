from __future__ import annotations

import itertools
import os

import psutil
import pytest

from benchmarks.server import Server
from benchmarks.soak import MIB, Soak, figures, questions, resident, soak
from tests.unit.benchmarks.conftest import Stand, answer


def test_questions_never_run_out_and_mix_languages() -> None:
    drawn = list(itertools.islice(questions(seed=5), 4_000))
    assert len(drawn) == 4_000
    assert any("一" <= letter <= "鿿" for text in drawn[:50] for letter in text)
    assert any(text.isascii() for text in drawn[:50])


def test_the_same_seed_asks_the_same() -> None:
    assert list(itertools.islice(questions(1), 50)) == list(itertools.islice(questions(1), 50))


def test_memory_is_that_of_the_processes_that_live() -> None:
    mine = Server("127.0.0.1", 1, "k", {}, {"me": os.getpid(), "gone": 2**22 - 3})
    assert resident(mine) >= psutil.Process().memory_info().rss * 0.5
    assert resident(Server("127.0.0.1", 1, "k", {})) == 0


async def test_a_soak_counts_every_answer_and_looks_at_memory_each_second(stand: Stand) -> None:
    stand.answerer = lambda _head, body: [answer("503 x" if b"Klingon" in body else "200 OK", b"{}")]
    seen = await soak(stand.server, seconds=1.5, rate=30, seed=1)
    assert len(seen.memory) >= 1
    assert len(seen.seconds) == sum(seen.statuses.values()) == 30 * len(seen.memory)
    assert seen.statuses[200] > 0


def test_growth_is_told_from_what_a_server_needs_to_settle() -> None:
    seen = Soak([0.01] * 90 + [0.05] * 10, {200: 99, 500: 1}, [100 * MIB, 200 * MIB, *([201 * MIB] * 17), 205 * MIB])
    told = figures(seen)
    assert told["memory_growth_mib"] == pytest.approx(4.0)
    assert told["memory_mib"] == 205
    assert told["last_tenth_p99_ms"] == pytest.approx(50.0)
    assert told["first_tenth_p99_ms"] == pytest.approx(10.0)


def test_an_error_of_the_server_is_a_failure_and_being_turned_away_is_not() -> None:
    told = figures(Soak([0.01] * 5, {200: 2, 500: 1, 503: 1, 429: 1}, [MIB]))
    assert told["failed"] == 1
    assert told["turned_away"] == 2
