"""A web process that asks for one answer many times at once: `python -m tests.storm.asker COUNT`.

Prints how many model calls it made. The answer is kept in Redis, the call counted there too.
"""

from __future__ import annotations

import asyncio
import os
import sys

from redis.asyncio import Redis

from assistant.faq.flights import Flights


async def main(count: int) -> int:
    """Ask; return the number of calls."""
    url = os.environ["REDIS_URL"]
    flights, client = Flights(url), Redis.from_url(url, single_connection_client=True)
    calls = 0

    async def ask() -> None:
        nonlocal calls
        while not await client.exists("storm:kept"):
            async with flights.board("storm") as seat:
                if seat.leads and not await client.exists("storm:kept"):
                    calls += 1
                    await asyncio.sleep(0.3)  # the model
                    await client.set("storm:kept", 1)
                seat.landed = seat.landed or seat.leads

    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    await asyncio.gather(*(ask() for _ in range(count)))
    await client.aclose()
    return calls


if __name__ == "__main__":
    sys.stdout.write(f"{asyncio.run(main(int(sys.argv[1])))}\n")
