"""Who answers: put together from the server's own `/version` and `/v1/models` and from the launcher's state file."""

from __future__ import annotations

import json
from pathlib import Path

import openai
from pydantic import BaseModel, ValidationError

from inference.client.types import ModelInfo

UNKNOWN = "unknown"


class LauncherState(BaseModel):
    """What the launcher writes beside the server: engine, kernel class of the experts, what the experts are."""

    engine: str | None = None
    kernel: str = UNKNOWN
    experts: str = UNKNOWN


class _Version(BaseModel):
    version: str


class _Card(BaseModel):
    id: str


class _Cards(BaseModel):
    data: list[_Card]


def read_state(path: Path | None) -> LauncherState:
    """Read the state file; a missing or half-written one leaves the facts unknown, for a server we did not launch."""
    if path is None:
        return LauncherState()
    try:
        return LauncherState.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return LauncherState()


async def ask(client: openai.AsyncOpenAI, model: str, state_file: Path | None, seconds: float) -> ModelInfo | None:
    """Ask the server who it is; None when it does not answer or does not serve `model`."""
    try:
        cards = _Cards.model_validate(await client.get("/models", cast_to=object, options={"timeout": seconds}))
    except (openai.OpenAIError, ValidationError, json.JSONDecodeError):
        return None
    if all(card.id != model for card in cards.data):
        return None
    state = read_state(state_file)
    engine = state.engine or await _engine(client, seconds)
    return ModelInfo(name=model, engine=engine, kernel=state.kernel, experts=state.experts)


async def _engine(client: openai.AsyncOpenAI, seconds: float) -> str:
    url = str(client.base_url.join("/version"))
    try:
        answer = _Version.model_validate(await client.get(url, cast_to=object, options={"timeout": seconds}))
    except (openai.OpenAIError, ValidationError, json.JSONDecodeError):
        return UNKNOWN
    return f"vLLM {answer.version}"
