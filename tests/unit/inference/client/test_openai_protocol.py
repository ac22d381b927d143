"""The client against a server of bytes: how it answers, waits, tries again, gives up and leaves."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from inference.client.breaker import Breaker
from inference.client.errors import ModelInterrupted, ModelRejected, ModelTimeout, ModelUnavailable
from inference.client.openai_protocol import OpenAIModel
from inference.client.types import ChatRequest, Delta, Message, ModelInfo, RetryPolicy, Sampling, Timeouts, Usage

ASKED = ChatRequest(messages=(Message("system", "Be brief."), Message("user", "你好")))


async def collect(model: OpenAIModel, request: ChatRequest = ASKED) -> list[Delta]:
    async with aclosing(model.stream(request)) as deltas:
        return [delta async for delta in deltas]


async def answer_well(call: Any) -> None:
    await call.head()
    await call.token("Hello ")
    await call.token("world", "stop")
    await call.usage(7, 2)
    await call.event("[DONE]")


async def test_an_answer_comes_as_deltas_and_ends_with_finish_and_usage(server: Any, model: OpenAIModel) -> None:
    assert await collect(model) == [Delta("Hello "), Delta("world"), Delta("", "stop", Usage(7, 2))]


async def test_the_request_carries_messages_sampling_and_key(server: Any, model: OpenAIModel) -> None:
    sampling = Sampling(max_tokens=9, temperature=0.3, top_p=0.9, repetition_penalty=1.1, stop=("END",))
    await collect(model, ChatRequest(ASKED.messages, sampling))
    (call,) = server.calls
    assert call.headers["authorization"] == "Bearer secret"
    assert call.body["messages"] == [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "你好"}]
    wanted = {
        "model": "demo-moe", "max_tokens": 9, "temperature": 0.3, "top_p": 0.9, "repetition_penalty": 1.1,
        "stop": ["END"], "stream": True, "stream_options": {"include_usage": True},
    }  # fmt: skip
    assert {name: call.body[name] for name in wanted} == wanted


async def test_fields_only_vllm_knows_are_left_out_when_they_change_nothing(server: Any, model: OpenAIModel) -> None:
    await collect(model)
    assert "repetition_penalty" not in server.calls[0].body


async def test_the_domain_is_told_in_the_requests_id_and_nowhere_in_its_body(server: Any, model: OpenAIModel) -> None:
    for _ in range(2):
        await collect(model, ChatRequest(ASKED.messages, domain="finance"))
    first, second = (call.headers["x-request-id"] for call in server.calls)
    assert first.startswith("house.finance.")
    assert first != second
    assert "finance" not in str(server.calls[0].body)


async def test_without_a_domain_the_server_makes_the_id(server: Any, model: OpenAIModel) -> None:
    await collect(model)
    assert "x-request-id" not in server.calls[0].headers


async def test_an_adapter_is_asked_for_by_name(server: Any, model: OpenAIModel) -> None:
    await collect(model, ChatRequest(ASKED.messages, adapter="finance-lora"))
    assert server.calls[0].body["model"] == "finance-lora"


async def test_an_answer_cut_by_max_tokens_says_length(server: Any, model: OpenAIModel) -> None:
    async def cut(call: Any) -> None:
        await call.head()
        await call.token("Hel", "length")
        await call.event("[DONE]")

    server.behaviours = [cut]
    assert (await collect(model))[-1] == Delta("", "length", None)


async def test_nothing_listening_is_unavailable_and_says_what_to_do() -> None:
    model = OpenAIModel("http://127.0.0.1:8640/v1", "k", "m", retries=RetryPolicy(2, base=0.01))
    with pytest.raises(ModelUnavailable, match="start the model server"):
        await collect(model)


@pytest.mark.parametrize("status", [429, 502, 503, 504])
async def test_a_busy_server_is_asked_again(server: Any, model: OpenAIModel, status: int) -> None:
    server.behaviours = [lambda call: call.error(status), lambda call: call.error(status), answer_well]
    assert (await collect(model))[0] == Delta("Hello ")
    assert len(server.calls) == 3


async def test_retry_after_is_waited_for(server: Any, model: OpenAIModel) -> None:
    server.behaviours = [lambda call: call.error(429, Retry_After="1"), answer_well]
    began = time.monotonic()
    await collect(model)
    assert time.monotonic() - began >= 1.0


async def test_a_long_retry_after_goes_to_the_caller_instead(server: Any, model: OpenAIModel) -> None:
    server.behaviours = [lambda call: call.error(503, Retry_After="30")]
    with pytest.raises(ModelUnavailable) as raised:
        await collect(model)
    assert raised.value.retry_after == 30.0
    assert len(server.calls) == 1


async def test_a_server_error_is_not_asked_again(server: Any, model: OpenAIModel) -> None:
    server.behaviours = [lambda call: call.error(500, "engine is dead")]
    with pytest.raises(ModelUnavailable, match="engine is dead"):
        await collect(model)
    assert len(server.calls) == 1


async def test_a_dropped_connection_before_the_first_token_is_asked_again(server: Any, model: OpenAIModel) -> None:
    async def hang_up(call: Any) -> None:
        call.writer.transport.abort()

    server.behaviours = [hang_up, answer_well]
    assert (await collect(model))[0] == Delta("Hello ")


async def test_a_server_that_dies_mid_answer_is_not_asked_again(server: Any, model: OpenAIModel) -> None:
    async def die(call: Any) -> None:
        await call.head(Transfer_Encoding="chunked")
        payload = 'data: {"id":"c","choices":[{"index":0,"delta":{"content":"Hel"},"finish_reason":null}]}\n\n'
        await call.raw(f"{len(payload):x}\r\n{payload}\r\n")
        await asyncio.sleep(0.05)
        call.writer.transport.abort()

    server.behaviours = [die]
    deltas = model.stream(ASKED)
    seen = [await anext(deltas)]
    with pytest.raises(ModelInterrupted):
        await anext(deltas)
    assert seen == [Delta("Hel")]
    assert len(server.calls) == 1


async def test_a_stream_that_just_ends_is_an_interruption(server: Any, model: OpenAIModel) -> None:
    async def stop_early(call: Any) -> None:
        await call.head()
        await call.token("Hel")

    server.behaviours = [stop_early]
    with pytest.raises(ModelInterrupted):
        await collect(model)


async def test_an_error_event_inside_the_stream_is_an_interruption(server: Any, model: OpenAIModel) -> None:
    async def confess(call: Any) -> None:
        await call.head()
        await call.token("Hel")
        await call.event({"error": {"message": "EngineDeadError", "code": 500}})

    server.behaviours = [confess]
    with pytest.raises(ModelInterrupted, match="EngineDeadError"):
        await collect(model)


@pytest.mark.parametrize("garbage", ["{not json", "[1, 2", "<html>"])
async def test_garbage_in_the_stream_says_that_it_is_not_the_protocol(
    server: Any, model: OpenAIModel, garbage: str
) -> None:
    async def babble(call: Any) -> None:
        await call.head()
        await call.event(garbage)

    server.behaviours = [babble]
    with pytest.raises(ModelInterrupted, match="not the OpenAI protocol"):
        await collect(model)


async def test_a_web_page_instead_of_a_stream_is_an_interruption(server: Any, model: OpenAIModel) -> None:
    async def page(call: Any) -> None:
        await call.head(kind="text/html")
        await call.raw("<html><body>It works!</body></html>")

    server.behaviours = [page]
    with pytest.raises(ModelInterrupted):
        await collect(model)


def hurried(server: Any, **limits: float) -> OpenAIModel:
    """A client whose one given deadline is short and whose others never come."""
    patient = {"connect": 10.0, "first_token": 60.0, "between_tokens": 60.0, "total": 60.0}
    return OpenAIModel(server.url, "k", "demo-moe", timeouts=Timeouts(**{**patient, **limits}))


async def test_no_first_token_in_time_is_a_timeout_and_not_asked_again(server: Any) -> None:
    async def sleep(call: Any) -> None:
        await call.head()
        await asyncio.sleep(60)

    server.behaviours = [sleep]
    model = hurried(server, first_token=2.0)
    with pytest.raises(ModelTimeout, match="first token"):
        await collect(model)
    assert len(server.calls) == 1


async def test_a_server_that_never_answers_the_request_times_out_too(server: Any) -> None:
    server.behaviours = [lambda _: asyncio.sleep(60)]
    with pytest.raises(ModelTimeout, match="first token"):
        await collect(hurried(server, first_token=2.0))


async def test_a_pause_between_tokens_is_a_timeout(server: Any) -> None:
    async def pause(call: Any) -> None:
        await call.head()
        await call.token("Hel")
        await asyncio.sleep(60)

    server.behaviours = [pause]
    with pytest.raises(ModelTimeout, match="next token"):
        await collect(hurried(server, between_tokens=0.2))


async def test_an_endless_answer_ends_at_the_total_deadline(server: Any) -> None:
    async def chatter(call: Any) -> None:
        await call.head()
        while True:
            await call.token("la ")
            await asyncio.sleep(0.02)

    server.behaviours = [chatter]
    with pytest.raises(ModelTimeout, match="whole answer"):
        await collect(hurried(server, total=3.0))
    await asyncio.wait_for(server.left.wait(), 1.0)


async def watch_until_left(call: Any) -> None:
    await call.head()
    while True:
        await call.token("la ")
        await asyncio.sleep(0.02)


async def test_closing_the_iterator_reaches_the_server_within_a_second(server: Any, model: OpenAIModel) -> None:
    server.behaviours = [watch_until_left]
    deltas = model.stream(ASKED)
    assert (await anext(deltas)).text == "la "
    began = time.monotonic()
    await deltas.aclose()
    await asyncio.wait_for(server.left.wait(), 1.0)
    assert time.monotonic() - began < 1.0


async def test_cancelling_the_asking_task_reaches_the_server_within_a_second(server: Any, model: OpenAIModel) -> None:
    async def silent_until_left(call: Any) -> None:
        await call.head()
        await call.reader.read()  # returns when the client closes
        server.left.set()

    server.behaviours = [silent_until_left]
    task = asyncio.create_task(collect(model))
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.wait_for(server.left.wait(), 1.0)


async def test_an_unknown_model_says_where_the_known_ones_are_listed(server: Any, model: OpenAIModel) -> None:
    server.behaviours = [lambda call: call.error(404, "The model `demo-moe` does not exist.")]
    with pytest.raises(ModelRejected, match="GET /v1/models") as raised:
        await collect(model)
    assert raised.value.code == "unknown_model"


async def test_a_prompt_too_long_says_what_to_shorten(server: Any, model: OpenAIModel) -> None:
    message = "This model's maximum context length is 4096 tokens. However, you requested 9000."
    server.behaviours = [lambda call: call.error(400, message)]
    with pytest.raises(ModelRejected, match="ask shorter") as raised:
        await collect(model)
    assert raised.value.code == "prompt_too_long"


async def test_a_wrong_key_names_the_setting(server: Any, model: OpenAIModel) -> None:
    server.behaviours = [lambda call: call.error(401, "Unauthorized")]
    with pytest.raises(ModelRejected, match="MODEL_API_KEY"):
        await collect(model)


async def test_failures_in_a_row_open_the_breaker_and_spare_the_server(server: Any, model: OpenAIModel) -> None:
    server.behaviours = [lambda call: call.error(500)]
    for _ in range(4):
        with pytest.raises(ModelUnavailable):
            await collect(model)
    with pytest.raises(ModelUnavailable, match="left alone") as raised:
        await collect(model)
    assert len(server.calls) == 4
    assert raised.value.retry_after is not None
    assert not await model.healthy()


async def test_refused_requests_leave_the_breaker_closed(server: Any, model: OpenAIModel) -> None:
    server.behaviours = [lambda call: call.error(400, "bad")]
    for _ in range(6):
        with pytest.raises(ModelRejected):
            await collect(model)
    assert await model.healthy()


async def test_a_probe_whose_asker_leaves_frees_its_place(server: Any) -> None:
    now = [0.0]
    breaker = Breaker(failures=1, cooldown=5.0, clock=lambda: now[0])
    model = OpenAIModel(server.url, "k", "demo-moe", breaker=breaker)
    server.behaviours = [lambda call: call.error(500), watch_until_left, answer_well]
    with pytest.raises(ModelUnavailable):
        await collect(model)
    now[0] = 6.0
    deltas = model.stream(ASKED)
    await anext(deltas)
    await deltas.aclose()
    assert (await collect(model))[0] == Delta("Hello ")
    assert breaker.state == "closed"


async def test_health_follows_the_server(server: Any, model: OpenAIModel) -> None:
    assert await model.healthy()
    server.well = False
    unwell = OpenAIModel(server.url, "k", "demo-moe")
    assert not await unwell.healthy()


async def test_info_names_model_engine_kernel_and_experts(server: Any, tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    state.write_text('{"kernel": "HouseExperts", "experts": "identical"}')
    model = OpenAIModel(server.url, "k", "demo-moe", state_file=state)
    assert await model.info() == ModelInfo("demo-moe", "vLLM 0.32.0", "HouseExperts", "identical")


async def test_info_is_remembered(server: Any, model: OpenAIModel) -> None:
    for _ in range(5):
        await model.info()
    assert server.asked_facts == 1


async def test_info_is_none_while_no_model_is_up() -> None:
    assert await OpenAIModel("http://127.0.0.1:8640/v1", "k", "m").info() is None


def test_one_model_serves_one_event_loop_after_another(server_in_thread: str) -> None:
    model = OpenAIModel(server_in_thread, "k", "demo-moe")
    assert [asyncio.run(collect(model))[0] for _ in range(2)] == [Delta("Hello "), Delta("Hello ")]
