"""The OpenAI shape, proven with OpenAI's and LangChain's own clients."""

from __future__ import annotations

from typing import Any

import openai
import pytest

from inference.client.errors import ModelInterrupted, ModelUnavailable
from inference.client.scripted import Reply
from tests.chatkit import RETURNS, model
from tests.functional.conftest import Serve, Served


def client_of(served: Served, **more: Any) -> openai.OpenAI:
    import httpx

    fields = {"api_key": served.key, "max_retries": 0, **more}
    return openai.OpenAI(base_url=f"{served.url}/v1", http_client=httpx.Client(trust_env=False), **fields)


def user(text: str) -> list[Any]:
    return [{"role": "user", "content": text}]


def test_a_completion_is_the_pipelines_answer_with_the_rest_under_one_key(serve: Serve) -> None:
    done = client_of(serve()).chat.completions.create(model="assistant", messages=user("How do I return an item?"))
    assert done.choices[0].message.content == RETURNS.answer
    assert done.choices[0].finish_reason == "stop"
    assert done.usage.total_tokens == 0
    extension = done.model_extra["assistant"]
    assert extension["layer"] == "faq"
    assert extension["sources"][0]["chunk"] == "faq:key-1"


def test_a_stream_ends_with_usage_when_asked_for(serve: Serve) -> None:
    served = serve(model(Reply(pieces=("Red, ", "then ", "gold."))))
    chunks = list(
        client_of(served).chat.completions.create(
            model="assistant",
            messages=user("Write a line about autumn"),
            stream=True,
            stream_options={"include_usage": True},
        )
    )
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == "Red, then gold."
    assert chunks[-1].choices == []
    assert chunks[-1].usage.completion_tokens == 3
    assert all(chunk.usage is None for chunk in chunks[:-1])
    assert {chunk.id for chunk in chunks} == {chunks[0].id}


def test_without_the_wish_no_usage_is_sent(serve: Serve) -> None:
    chunks = list(
        client_of(serve(model("Gold."))).chat.completions.create(
            model="assistant", messages=user("Write a line about autumn"), stream=True
        )
    )
    assert chunks[-1].choices[0].finish_reason == "stop"
    assert chunks[-1].model_extra["assistant"]["layer"] == "model"


def test_the_wire_ends_with_done(serve: Serve) -> None:
    with serve(model("Gold.")).client() as client:
        body = {"model": "assistant", "messages": user("Write a line about autumn"), "stream": True}
        text = client.post("/v1/chat/completions", json=body).text
    assert text.endswith("data: [DONE]\n\n")


def test_earlier_messages_are_the_conversation(serve: Serve) -> None:
    scripted = model("24 months [1].")
    messages = [
        *user("Tell me about the Aurora lamp"),
        {"role": "assistant", "content": "It is a lamp."},
        *user("How long does its warranty last?"),
    ]
    done = client_of(serve(scripted)).chat.completions.create(model="assistant", messages=messages)
    assert done.model_extra["assistant"]["sources"][0]["title"] == "Aurora manual"


def test_the_generators_own_name_asks_it_alone_with_the_callers_sampling(serve: Serve) -> None:
    scripted = model("Bonjour.")
    done = client_of(serve(scripted)).chat.completions.create(
        model="scripted",
        messages=[{"role": "system", "content": "Speak French."}, *user("How do I return an item?")],
        temperature=0.5,
        max_tokens=7,
        stop="END",
    )
    assert done.choices[0].message.content == "Bonjour."
    request = scripted.requests[0]
    assert [message.role for message in request.messages] == ["system", "user"]
    assert (request.sampling.temperature, request.sampling.max_tokens, request.sampling.stop) == (0.5, 7, ("END",))


def test_models_are_listed(serve: Serve) -> None:
    served = serve()
    assert [listed.id for listed in client_of(served).models.list()] == ["assistant", "scripted"]


def test_errors_are_openais_own(serve: Serve) -> None:
    served = serve(model(Reply(pieces=("x",), error=ModelUnavailable("down"))))
    with pytest.raises(openai.AuthenticationError):
        client_of(served, api_key="ak_no_no").models.list()
    with pytest.raises(openai.NotFoundError) as unknown:
        client_of(served).chat.completions.create(model="gpt-9", messages=user("hello"))
    assert unknown.value.code == "model_not_found"
    assert "assistant, scripted" in unknown.value.message
    with pytest.raises(openai.BadRequestError) as empty:
        client_of(served).chat.completions.create(model="assistant", messages=user("   "))
    assert empty.value.code == "empty_question"
    with pytest.raises(openai.InternalServerError) as down:
        client_of(served).chat.completions.create(model="assistant", messages=user("Write a line about autumn"))
    assert down.value.status_code == 503
    assert down.value.code == "model_unavailable"


def test_a_model_that_breaks_off_raises_in_the_client(serve: Serve) -> None:
    served = serve(model(Reply(pieces=("half ", "x"), error=ModelInterrupted("died"), fail_after=1)))
    with pytest.raises(openai.APIError, match="broke off"):
        list(
            client_of(served).chat.completions.create(
                model="assistant", messages=user("Write a line about autumn"), stream=True
            )
        )


def test_langchain_invokes_and_streams(serve: Serve) -> None:
    from langchain_openai import ChatOpenAI

    served = serve(model(Reply(pieces=("Red, ", "then ", "gold."))))
    chat = ChatOpenAI(model="assistant", api_key=served.key, base_url=f"{served.url}/v1", max_retries=0)
    assert chat.invoke("How do I return an item?").content == RETURNS.answer
    pieces = [piece.content for piece in chat.stream("Write a line about autumn")]
    assert "".join(pieces) == "Red, then gold."
    assert len(pieces) > 2
