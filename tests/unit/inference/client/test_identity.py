"""Where the facts about the answering model come from, and what happens without them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openai
import pytest

from inference.client import identity
from inference.client.identity import LauncherState
from inference.client.types import ModelInfo


def client_for(url: str) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(base_url=url, api_key="k", max_retries=0)


def test_a_state_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_text('{"engine": "vLLM 0.32.0", "kernel": "CpuExperts", "experts": "identical", "pid": 7}')
    assert identity.read_state(path) == LauncherState(engine="vLLM 0.32.0", kernel="CpuExperts", experts="identical")


@pytest.mark.parametrize("content", [None, b"", b'{"kernel": "Cpu', b"[]", b"\xff\xfe"])
def test_a_missing_or_damaged_state_file_leaves_the_facts_unknown(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "state.json"
    if content is not None:
        path.write_bytes(content)
    assert identity.read_state(path) == LauncherState(engine=None, kernel="unknown", experts="unknown")


def test_a_server_we_did_not_launch_has_no_state_file() -> None:
    assert identity.read_state(None) == LauncherState()


async def test_the_engine_is_named_with_its_version(server: Any) -> None:
    facts = await identity.ask(client_for(server.url), "demo-moe", None, 1.0)
    assert facts == ModelInfo("demo-moe", "vLLM 0.32.0", "unknown", "unknown")


async def test_a_server_without_our_model_is_none(server: Any) -> None:
    assert await identity.ask(client_for(server.url), "another", None, 1.0) is None


async def test_the_launchers_word_on_the_engine_spares_a_request(server: Any, tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_text('{"engine": "vLLM 9.9"}')
    facts = await identity.ask(client_for(server.url), "demo-moe", path, 1.0)
    assert facts is not None
    assert facts.engine == "vLLM 9.9"
