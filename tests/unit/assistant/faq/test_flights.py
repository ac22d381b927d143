"""Five hundred identical questions at once: one of them flies, in one process and in two."""

from __future__ import annotations

import asyncio

import pytest

from assistant.faq import flights
from assistant.faq.flights import Flights

MANY = 500
NOWHERE = "redis://127.0.0.1:1/0"


class Desk:
    """Counts calls; an answer is kept once a call is through."""

    def __init__(self) -> None:
        self.calls = 0
        self.kept = False

    async def ask(self, flying: Flights, *, breaks_off: bool = False) -> bool:
        """Ask until there is an answer; say whether it was made by this very asker."""
        while not self.kept:
            async with flying.board("key") as seat:
                if seat.leads:
                    self.calls += 1
                    await asyncio.sleep(0.05)
                    if breaks_off and self.calls == 1:
                        return True
                    self.kept = seat.landed = True
                    return True
        return False


async def test_identical_misses_at_once_make_one_call_without_redis() -> None:
    desk, flying = Desk(), Flights(None)
    made = await asyncio.gather(*(desk.ask(flying) for _ in range(MANY)))
    assert (desk.calls, sum(made)) == (1, 1)


async def test_identical_misses_in_two_processes_make_one_call(redis_url: str) -> None:
    desk, processes = Desk(), (Flights(redis_url), Flights(redis_url))
    made = await asyncio.gather(*(desk.ask(processes[n % 2]) for n in range(MANY)))
    assert (desk.calls, sum(made)) == (1, 1)


async def test_when_the_leader_breaks_off_the_next_one_leads(redis_url: str) -> None:
    desk, processes = Desk(), (Flights(redis_url), Flights(redis_url))
    await asyncio.gather(*(desk.ask(processes[n % 2], breaks_off=True) for n in range(20)))
    assert desk.calls == 2
    assert desk.kept


async def test_a_redis_that_is_away_costs_one_call_a_process_and_no_error() -> None:
    desk, processes = Desk(), (Flights(NOWHERE), Flights(NOWHERE))
    await asyncio.gather(*(desk.ask(processes[n % 2]) for n in range(50)))
    assert desk.calls <= 2


async def test_a_leader_that_is_cancelled_leaves_nobody_waiting() -> None:
    desk, flying = Desk(), Flights(None)
    leader = asyncio.create_task(desk.ask(flying))
    await asyncio.sleep(0.01)
    follower = asyncio.create_task(desk.ask(flying))
    await asyncio.sleep(0.01)
    leader.cancel()
    assert await asyncio.wait_for(follower, 5)
    assert desk.calls == 2


async def test_the_lease_of_a_dead_process_runs_out(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flights, "LEASE_MS", 100)
    dead = Flights(redis_url)
    assert await dead._follow("key", "token-of-the-dead") is None  # takes the lead and never comes back
    desk = Desk()
    assert await asyncio.wait_for(desk.ask(Flights(redis_url)), 5)
