"""Nobody answers, and says so at once."""

from __future__ import annotations

import pytest

from inference.client.absent import AbsentModel
from inference.client.errors import NoModel
from inference.client.types import ChatRequest, Message, Sampling


async def test_asking_it_is_an_error_of_its_own_that_trying_again_cannot_help() -> None:
    model = AbsentModel()
    with pytest.raises(NoModel, match="no model is configured") as absent:
        await anext(model.stream(ChatRequest((Message("user", "hello"),), Sampling())))
    assert (absent.value.code, absent.value.retryable, absent.value.retry_after) == ("no_model", False, None)


async def test_it_is_nobody_and_never_well() -> None:
    model = AbsentModel()
    assert await model.info() is None
    assert await model.healthy() is False
