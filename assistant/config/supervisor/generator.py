"""Which model answers, and how it is fetched and served. Both are programs of `inference`, run as children."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from assistant.config import secrets
from assistant.config.env import Env
from assistant.config.supervisor import sockets, steps
from assistant.config.supervisor.lineup import Lineup, answers
from assistant.config.supervisor.process import Spec

KEY = "model_api_key"


@dataclass(frozen=True, slots=True)
class Generator:
    """The chosen model. `entry`: its name in the catalogue when we serve it ourselves."""

    name: str | None
    url: str | None
    entry: str | None = None
    port: int = 0


async def choose(env: Env, line: Lineup) -> Generator:
    """The one the environment names; else the best of the catalogue that this machine's memory holds."""
    if env.without_model:
        return Generator(None, None)
    if env.model_url:
        return Generator(env.model_name, env.model_url)
    name = env.model_name or await steps.run(line.module("model-choice", "inference.catalog", "choose"))
    port = sockets.free_port()
    return Generator(name, f"http://127.0.0.1:{port}/v1", name, port)


def pull(chosen: Generator, line: Lineup) -> Spec:
    """The child that fetches and converts the model."""
    return line.module(f"pull-{chosen.name}", "inference.catalog", "pull", str(chosen.entry), *_options(line.env))


def spec(chosen: Generator, line: Lineup) -> Spec:
    """The child that serves the model on the loopback behind a key."""
    if line.env.model_api_key:
        secrets.replace(line.env.data_dir, KEY, line.env.model_api_key)
    secrets.ensure(line.env.data_dir, KEY)
    state = line.env.data_dir / "model" / "state.json"
    state.parent.mkdir(parents=True, exist_ok=True)
    return line.module(
        "model",
        "inference.serving",
        *("--name", str(chosen.entry), "--port", str(chosen.port), "--state-file", str(state)),
        *("--api-key-file", str(line.env.data_dir / "secrets" / KEY), "--kernel", line.env.model_kernel),
        *_options(line.env),
    ).gated(partial(answers, f"http://127.0.0.1:{chosen.port}/health"), start_seconds=900.0)


def _options(env: Env) -> tuple[str, ...]:
    """The catalogue's option that a person may choose; pulling and serving must agree on it."""
    return ("--top-k", str(env.model_topk)) if env.model_topk else ()
