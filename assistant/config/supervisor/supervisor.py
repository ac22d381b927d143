"""The order of a start, and of an end.

PostgreSQL | Redis | encoder -> schema -> first access -> demo -> index -> web | worker -> (addresses are printed)
generator pulled meanwhile -> model                                          (FAQ and search do not wait for it)
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine

from assistant.config.env import Env
from assistant.config.services import Services
from assistant.config.supervisor import access, generator, lineup, postgres, redis_server, runfile, steps
from assistant.config.supervisor.errors import SupervisorError
from assistant.config.supervisor.lineup import Lineup
from assistant.config.supervisor.process import Spec, bound
from assistant.config.supervisor.screen import Screen
from assistant.config.supervisor.service import Service

ENCODER = "multilingual-e5-small"
STOP_SECONDS = 9.0
_LOG_CHECK_SECONDS = 20
_STORES = frozenset({"postgres", "redis"})


class Supervisor:
    """Starts, watches and stops. One instance a process; everything happens on one event loop."""

    def __init__(self, env: Env, screen: Screen) -> None:
        self._env = env
        self._screen = screen
        self._done = steps.Done(env.data_dir)
        self._services: list[Service] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._tools = Lineup(env, lineup.own_environment(env))

    async def run(self) -> None:
        """Start everything, then watch until cancelled. Raises SupervisorError when the start fails."""
        self._background(self._tidy())
        with self._screen.live():
            chosen = await generator.choose(self._env, self._tools)
            pulled = asyncio.create_task(self._pull_generator(chosen))
            try:
                line = await self._services_of(chosen)
                await self._prepare(line)
                await asyncio.gather(
                    self._start("web server", line.web()), self._start("ingestion worker", line.worker())
                )
                self._announce()
                await self._start_generator(line, chosen, pulled)
            finally:
                pulled.cancel()
        await asyncio.Event().wait()

    async def stop(self) -> None:
        """End every child: those that use a database before the database itself."""
        runfile.remove(self._env.data_dir)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        deadline = time.monotonic() + STOP_SECONDS
        stores = [service for service in self._services if service.spec.name in _STORES]
        others = [service for service in self._services if service.spec.name not in _STORES]
        for group in (others, stores):
            for service in group:
                service.ask_to_stop()
            for service in group:
                service.finish(deadline)

    async def _services_of(self, chosen: generator.Generator) -> Lineup:
        """Start what stores things, fetch the encoder, and leave the addresses for every other command."""
        database_url, redis_url, encoder_dir = await asyncio.gather(self._database(), self._cache(), self._encoder())
        services = Services(database_url, redis_url, chosen.url, chosen.name, encoder_dir)
        services.save(self._env.data_dir)
        return Lineup(self._env, lineup.environment(self._env, services))

    async def _database(self) -> str:
        if self._env.database_url:
            return self._env.database_url
        cluster = postgres.cluster(self._env.data_dir)
        log = self._tools.log("postgres")
        with self._screen.stage("PostgreSQL files", log):
            await asyncio.to_thread(postgres.initialise, cluster, log)
        await self._start("PostgreSQL", postgres.spec(cluster, log))
        await asyncio.to_thread(cluster.create_database)
        return cluster.url()

    async def _cache(self) -> str:
        if self._env.redis_url:
            return self._env.redis_url
        store = redis_server.store(self._env.data_dir)
        await self._start("Redis", redis_server.spec(store, self._tools.log("redis")))
        return store.url

    async def _encoder(self) -> str:
        if self._env.encoder_dir:
            return str(self._env.encoder_dir)
        pull = self._tools.module(f"pull-{ENCODER}", "inference.catalog", "pull", ENCODER)
        with self._screen.stage(f"encoder {ENCODER}", pull.log):
            return await steps.run(pull)

    async def _prepare(self, line: Lineup) -> None:
        """Schema, first access, demo, index: each only when it was not done for this very state."""
        database_url = line.environ["DATABASE_URL"]
        schema = lineup.schema_fingerprint(database_url)
        demo = lineup.demo_fingerprint(database_url)
        await self._once("database schema, first access", schema, line.command("set_up", "set_up"))
        await self._once("demo knowledge base", demo, line.command("load_demo", "load_demo"))
        index = lineup.index_fingerprint(database_url, line.environ["ENCODER_DIR"])
        if not (self._env.data_dir / "index" / "CURRENT").exists():
            self._done.forget("index")
        await self._once("index", index, line.command("index-build", "index", "build"))

    async def _once(self, title: str, fingerprint: str, spec: Spec) -> None:
        if self._done.has(title, fingerprint):
            return
        with self._screen.stage(title, spec.log):
            await steps.run(spec)
        self._done.add(title, fingerprint)

    async def _start(self, title: str, spec: Spec) -> None:
        service = Service(spec, self._screen.say, on_restart=self._save_run_file)
        self._services.append(service)
        with self._screen.stage(title, spec.log):
            await service.up()
        self._background(service.keep())

    async def _pull_generator(self, chosen: generator.Generator) -> None:
        if chosen.entry is None:
            return
        pull = generator.pull(chosen, self._tools)
        with self._screen.stage(f"model {chosen.name}", pull.log):
            await steps.run(pull)

    async def _start_generator(self, line: Lineup, chosen: generator.Generator, pulled: asyncio.Task[None]) -> None:
        """The model comes last; without it FAQ and search go on, so its failure is told and not fatal."""
        try:
            await pulled
            if chosen.entry is not None:
                await self._start(f"vLLM serving {chosen.name}", generator.spec(chosen, line))
                self._save_run_file()
        except SupervisorError as error:
            self._screen.say(
                f"[yellow]{error}[/]\nFAQ and search go on without a model. / 没有模型,常见问题与检索照常可用。"
            )

    def _announce(self) -> None:
        self._save_run_file()
        for row in access.welcome(self._env):
            self._screen.say(row)

    def _save_run_file(self) -> None:
        processes = {service.spec.name: service.pid for service in self._services if service.pid}
        access.run_file(self._env, processes).save_everywhere()

    def _background(self, work: Coroutine[None, None, None]) -> None:
        self._tasks.append(asyncio.create_task(work))

    async def _tidy(self) -> None:
        """Keep logs bounded and the screen up to date."""
        while True:
            for _ in range(_LOG_CHECK_SECONDS):
                self._screen.follow()
                await asyncio.sleep(1)
            for service in self._services:
                bound(service.spec.log)
