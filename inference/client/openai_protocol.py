"""A chat model behind the OpenAI protocol, as vLLM serves it.

Deadlines, retries and the breaker are ours (`max_retries=0`): the client library would also retry after a time-out,
which doubles the load of a server that is merely slow. vLLM stops a generation when its HTTP stream is closed, so
closing our iterator is what cancels.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from pathlib import Path

import openai

from inference.client import faults, identity
from inference.client.attempt import Attempt
from inference.client.breaker import Breaker
from inference.client.errors import ModelInterrupted, ModelTimeout
from inference.client.faults import Fault
from inference.client.retry import Attempts
from inference.client.types import ChatRequest, Delta, ModelInfo, RetryPolicy, Timeouts

_FACTS_TTL = 30.0  # seconds a server's name and version are remembered
_HEALTH_TTL = 1.0  # seconds an answer of /health is remembered


class OpenAIModel:
    """Implements ChatModel. Belongs to one event loop at a time; connections are reopened when the loop changes.

    Args:
        base_url: the server's address, ending in `/v1`.
        api_key: its key; any non-empty word for a server without one.
        model: the served model's name.
        timeouts: deadlines in seconds.
        breaker: shared by everything that talks to this server.
        retries: attempts before the first token.
        state_file: JSON with `engine`, `kernel`, `experts`, as the launcher writes it.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str,
        model: str,
        *,
        timeouts: Timeouts | None = None,
        breaker: Breaker | None = None,
        retries: RetryPolicy | None = None,
        state_file: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._server = base_url.rstrip("/")
        self._key = api_key
        self._model = model
        self._timeouts = timeouts or Timeouts()
        self._breaker = breaker or Breaker()
        self._retries = retries or RetryPolicy()
        self._state_file = state_file
        self._clock = clock
        self._client: openai.AsyncOpenAI | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._facts: tuple[float, ModelInfo | None] = (float("-inf"), None)
        self._health: tuple[float, bool] = (float("-inf"), False)

    async def stream(self, request: ChatRequest) -> AsyncGenerator[Delta, None]:
        """Stream the answer; the last delta carries `finish` and `usage`. Closing the iterator stops vLLM.

        Raises ModelUnavailable, ModelTimeout, ModelInterrupted, ModelRejected.
        """
        deadline = self._clock() + self._timeouts.total
        attempts = Attempts(self._retries)
        while True:
            self._breaker.admit()
            attempt = Attempt(self._connection(), self._model, request, self._timeouts, deadline, self._clock)
            fault: Fault | None = None
            try:
                async with aclosing(attempt.deltas()) as deltas:
                    async for delta in deltas:
                        yield delta
                self._breaker.succeeded()
            except ModelTimeout as timeout:
                fault = Fault(timeout, again=False, trips=True)
            except ModelInterrupted as broken:
                fault = Fault(broken, again=False, trips=True)
            except (openai.OpenAIError, ValueError) as raised:
                fault = faults.read(raised, server=self._server, model=attempt.model, started=attempt.started)
            finally:
                await attempt.close()
                if fault is None:
                    self._breaker.released()
            if fault is None:
                return
            self._note(fault)
            wait = None if attempt.started else attempts.wait(fault, deadline - self._clock())
            if wait is None:
                raise fault.error
            await asyncio.sleep(wait)

    async def info(self) -> ModelInfo | None:
        """Say who answers (remembered for half a minute), or None while no model is up."""
        asked, facts = self._facts
        if facts is None or self._clock() - asked > _FACTS_TTL:
            facts = await identity.ask(self._connection(), self._model, self._state_file, self._timeouts.connect)
            self._facts = (self._clock(), facts)
        return facts

    async def healthy(self) -> bool:
        """Say whether a request would be tried now: the breaker lets it through and `/health` answers."""
        if not self._breaker.would_admit:
            return False
        asked, well = self._health
        if self._clock() - asked > _HEALTH_TTL:
            well = await self._ping()
            self._health = (self._clock(), well)
        return well

    async def close(self) -> None:
        """Close idle connections."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    def _note(self, fault: Fault) -> None:
        if fault.trips:
            self._breaker.failed()
            self._facts = (float("-inf"), None)
            self._health = (float("-inf"), False)
        else:
            self._breaker.succeeded()

    async def _ping(self) -> bool:
        client = self._connection()
        url = str(client.base_url.join("/health"))
        try:
            await client.get(url, cast_to=str, options={"timeout": self._timeouts.connect})
        except openai.APIStatusError as refused:
            return refused.status_code < 500
        except openai.OpenAIError:
            return False
        return True

    def _connection(self) -> openai.AsyncOpenAI:
        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            # read=None: the waits for tokens are timed here, by kind. trust_env=False: a proxy has no business
            # between us and our own server.
            timeout = openai.Timeout(None, connect=self._timeouts.connect, pool=self._timeouts.connect)
            self._client = openai.AsyncOpenAI(
                base_url=self._server,
                api_key=self._key,
                max_retries=0,
                timeout=timeout,
                http_client=openai.DefaultAsyncHttpxClient(trust_env=False, timeout=timeout),
            )
            self._loop = loop
        return self._client
