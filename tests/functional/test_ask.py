"""Questions over HTTP, as JSON and as events: what a program that asks sees."""

from __future__ import annotations

import json
import threading
import time
import uuid

import httpx
import pytest

from assistant.chat.models import Conversation, Handoff, Turn
from inference.client.errors import ModelInterrupted, ModelUnavailable
from inference.client.scripted import Reply
from tests.chatkit import RETURNS, model
from tests.functional.conftest import Serve, sse

KEYS = {
    "id",
    "conversation_id",
    "answer",
    "layer",
    "intent",
    "domain",
    "language",
    "sources",
    "grounded",
    "refused",
    "handoff",
    "timings",
    "model",
}


def test_a_json_answer_has_every_key_of_the_interface(serve: Serve) -> None:
    response = serve().ask("How do I return an item?")
    assert response.status_code == 200
    body = response.json()
    assert set(body) == KEYS
    assert body["answer"] == RETURNS.answer
    assert body["layer"] == "faq"
    assert set(body["timings"]) == {"intent_ms", "faq_ms", "retrieval_ms", "first_token_ms", "total_ms"}
    assert set(body["sources"][0]) == {"n", "chunk", "document", "title", "revision", "score"}
    assert body["refused"] is None
    assert body["model"] is None


def test_the_model_answers_with_its_name_and_usage(serve: Serve) -> None:
    body = serve(model("Red, then gold.")).ask("Write a line about autumn").json()
    assert set(body) == KEYS | {"usage"}
    assert body["layer"] == "model"
    assert body["model"] == {"name": "scripted", "engine": "script", "kernel": "none", "experts": "identical"}
    assert body["usage"] == {"prompt_tokens": body["usage"]["prompt_tokens"], "completion_tokens": 3}


def test_events_come_numbered_and_the_last_one_carries_the_answer(serve: Serve) -> None:
    served = serve(model(Reply(pieces=("Red, ", "then ", "gold."), delay=0.01)))
    with (
        served.client() as client,
        client.stream(
            "POST", "/api/v1/ask", json={"question": "Write a line about autumn", "stream": True}
        ) as response,
    ):
        assert response.headers["content-type"].startswith("text/event-stream")
        events = list(sse(response.iter_lines()))
    assert [number for number, _, _ in events] == list(range(1, len(events) + 1))
    names = [name for _, name, _ in events]
    assert names[:2] == ["started", "sources"]
    assert names[-1] == "finished"
    text = "".join(data["text"] for _, name, data in events if name == "delta")
    assert events[-1][2]["answer"] == text == "Red, then gold."
    assert events[0][2] == {"id": events[-1][2]["id"], "conversation_id": events[-1][2]["conversation_id"]}


def test_the_accept_header_asks_for_events_too(serve: Serve) -> None:
    served = serve()
    with served.client(headers={"Accept": "text/event-stream"}) as client:
        response = client.post("/api/v1/ask", json={"question": "how do i return an item"})
    assert [name for _, name, _ in sse(iter(response.text.splitlines()))] == ["started", "sources", "delta", "finished"]


def test_a_refusal_is_an_event_and_an_answer(serve: Serve) -> None:
    served = serve()
    with served.client() as client:
        response = client.post("/api/v1/ask", json={"question": "佐匹克隆的剂量？", "stream": True})
    events = {name: data for _, name, data in sse(iter(response.text.splitlines()))}
    assert events["refused"]["code"] == "no_evidence"
    assert events["finished"]["refused"]["code"] == "no_evidence"
    assert events["finished"]["handoff"] == {"reason": "no_evidence", "state": "offered"}


def test_a_quiet_stream_sends_comments(serve: Serve) -> None:
    served = serve(model(Reply(pieces=("late",), first_delay=1.0)))
    with served.client() as client:
        response = client.post("/api/v1/ask", json={"question": "Write a line about autumn", "stream": True})
    assert response.text.count(": still here") >= 2
    assert "event: finished" in response.text


def test_a_model_that_dies_mid_answer_ends_the_stream_with_a_failure(serve: Serve) -> None:
    served = serve(model(Reply(pieces=("half ", "of it"), error=ModelInterrupted("died"), fail_after=1)))
    with served.client(headers={"Accept-Language": "zh-CN"}) as client:
        response = client.post("/api/v1/ask", json={"question": "Write a line about autumn", "stream": True})
    *_, (_, name, problem) = list(sse(iter(response.text.splitlines())))
    assert name == "failed"
    assert problem["code"] == "model_interrupted"
    assert "broke off" in problem["detail"]  # the question was in English, whatever the browser prefers


def test_without_the_model_json_answers_are_a_503_problem_that_says_when_to_come_back(serve: Serve) -> None:
    served = serve(model(Reply(pieces=("x",), error=ModelUnavailable("down", retry_after=9))))
    response = served.ask("写一首关于春天的诗")
    assert response.status_code == 503
    assert response.headers["retry-after"] == "9"
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["code"] == "model_unavailable"
    assert problem["type"] == "urn:assistant:problem:model_unavailable"
    assert "模型" in problem["detail"]


def test_turns_and_hand_overs_reach_the_database_once(serve: Serve) -> None:
    served = serve()
    first = served.ask("How do I return an item?").json()
    served.ask("I want to talk to a human", conversation_id=first["conversation_id"])
    served.ask("a human, please", conversation_id=first["conversation_id"])
    assert Turn.objects.count() == 0  # still in Redis
    assert served.flush() == 3
    assert served.flush() == 0
    conversation = Conversation.objects.get()
    assert conversation.title == "How do I return an item?"
    assert [turn.layer for turn in conversation.turns.all()] == ["faq", "faq", "faq"]
    assert Handoff.objects.get().reason == "asked_for_human"
    assert str(Turn.objects.get(question="How do I return an item?").pk) == first["id"]


def test_a_follow_up_remembers_also_after_the_first_turn_moved_to_the_database(serve: Serve, redis_url: str) -> None:
    import redis

    served = serve(model("24 months [1].", "24 months [1]."))
    first = served.ask("Describe the Aurora lamp warranty receipt").json()
    served.flush()
    with redis.Redis.from_url(redis_url) as client:
        client.flushall()
    body = served.ask("how long does it last?", conversation_id=first["conversation_id"]).json()
    served.flush()
    assert body["conversation_id"] == first["conversation_id"]
    assert "Aurora" in Turn.objects.get(pk=body["id"]).standalone


def test_a_conversation_of_another_tenant_does_not_exist(serve: Serve) -> None:
    from assistant.accounts import keys
    from assistant.accounts.models import Tenant

    served = serve()
    first = served.ask("How do I return an item?").json()
    served.flush()
    other = keys.issue(Tenant.objects.create(slug="other", name="Other"), "k", ["ask"])
    with httpx.Client(base_url=served.url, headers={"Authorization": f"Bearer {other}"}, trust_env=False) as client:
        response = client.post("/api/v1/ask", json={"question": "hello", "conversation_id": first["conversation_id"]})
    assert response.status_code == 404
    assert response.json()["code"] == "conversation_not_found"
    served.flush()
    assert Turn.objects.count() == 1


def test_one_idempotency_key_makes_one_turn(serve: Serve) -> None:
    served = serve(model("First.", "Second."))
    key = {"Idempotency-Key": "order-7"}
    with served.client(headers=key) as client:
        first = client.post("/api/v1/ask", json={"question": "Write a line about autumn"})
        again = client.post("/api/v1/ask", json={"question": "Write a line about autumn"})
        other = client.post("/api/v1/ask", json={"question": "Write a line about winter"})
    assert first.json() == again.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert served.flush() == 1


def test_a_failed_attempt_frees_its_idempotency_key(serve: Serve) -> None:
    served = serve(model(Reply(pieces=("x",), error=ModelUnavailable("down")), "Now it works."))
    with served.client(headers={"Idempotency-Key": "k"}) as client:
        assert client.post("/api/v1/ask", json={"question": "Write a line about autumn"}).status_code == 503
        assert (
            client.post("/api/v1/ask", json={"question": "Write a line about autumn"}).json()["answer"]
            == "Now it works."
        )


def test_a_key_that_asks_too_often_is_told_when_to_come_back(serve: Serve) -> None:
    from assistant.api.buckets import Limit

    served = serve(limit=Limit(rate=1 / 60, burst=3))  # a slow machine gives no fourth one meanwhile
    responses = [served.ask("How do I return an item?") for _ in range(4)]
    assert [response.status_code for response in responses] == [200, 200, 200, 429]
    assert responses[0].headers["ratelimit"].startswith('"key";r=2;')
    assert responses[0].headers["ratelimit-policy"] == '"key";q=3;w=180'
    assert int(responses[3].headers["retry-after"]) >= 1
    assert responses[3].json()["code"] == "rate_limited"


class TestLeavingAndComingBack:
    """A client that goes away, and one that returns."""

    def test_a_client_that_leaves_stops_the_model_within_a_second(self, serve: Serve) -> None:
        scripted = model(Reply(pieces=tuple("abcdefgh"), delay=5))
        served = serve(scripted)
        self._first_events(served, 3)
        self._until(lambda: scripted.closed_early == 1, within=1.3)
        self._until(lambda: served.flush() == 1)
        assert Turn.objects.get().status == "stopped"

    def test_a_client_that_leaves_before_its_json_stops_the_model_at_once(self, serve: Serve) -> None:
        scripted = model(Reply(pieces=tuple("abcdefgh"), delay=30))
        served = serve(scripted)
        with served.client() as client:
            client.timeout = httpx.Timeout(3.0)
            with pytest.raises(httpx.TimeoutException):
                client.post("/api/v1/ask", json={"question": "Write a line about autumn"})
        self._until(lambda: scripted.closed_early == 1, within=1.5)
        self._until(lambda: served.flush() == 1)

    def test_a_stream_resumes_without_loss_or_doubling(self, serve: Serve) -> None:
        pieces = tuple(f"w{n} " for n in range(12))
        served = serve(model(Reply(pieces=pieces, delay=0.1)), grace=20)
        seen, answer_id = self._first_events(served, 5)
        rest = self._resume(served, answer_id, after=seen[-1][0])
        self._check(seen + rest, pieces)

    def test_another_worker_resumes_what_this_one_produces(self, serve: Serve) -> None:
        pieces = tuple(f"w{n} " for n in range(12))
        served, neighbour = serve(model(Reply(pieces=pieces, delay=0.15)), grace=20), serve()
        seen, answer_id = self._first_events(served, 5)
        rest = self._resume(neighbour, answer_id, after=seen[-1][0])
        self._check(seen + rest, pieces)

    def test_an_answer_that_ended_can_be_read_again_from_any_event(self, serve: Serve) -> None:
        served, neighbour = serve(model("All of it.")), serve()
        seen, answer_id = self._first_events(served, 99)
        for where in (served, neighbour):
            assert self._resume(where, answer_id, after=0) == seen
            assert self._resume(where, answer_id, after=seen[-2][0]) == seen[-1:]

    def test_who_comes_back_too_late_is_told_that_the_answer_was_stopped(self, serve: Serve) -> None:
        served = serve(model(Reply(pieces=tuple("abcdefgh"), delay=0.5)), grace=0.1)
        seen, answer_id = self._first_events(served, 3)
        time.sleep(0.8)
        rest = self._resume(served, answer_id, after=seen[-1][0])
        assert rest[-1][1] == "failed"
        assert rest[-1][2]["code"] == "stopped"

    def test_an_unknown_answer_and_one_of_another_tenant_are_not_found(self, serve: Serve) -> None:
        served = serve()
        with served.client() as client:
            response = client.get(f"/api/v1/answers/{uuid.uuid4()}/events")
        assert (response.status_code, response.json()["code"]) == (404, "answer_not_found")

    def test_an_event_id_must_be_a_number(self, serve: Serve) -> None:
        served = serve()
        with served.client(headers={"Last-Event-ID": "x"}) as client:
            assert client.get(f"/api/v1/answers/{uuid.uuid4()}/events").json()["code"] == "bad_event_id"

    def _first_events(self, served, count: int):  # noqa: ANN001, ANN202
        with (
            served.client() as client,
            client.stream(
                "POST", "/api/v1/ask", json={"question": "Write a line about autumn", "stream": True}
            ) as response,
        ):
            seen = []
            for event in sse(response.iter_lines()):
                seen.append(event)
                if len(seen) == count:
                    break
        return seen, seen[0][2]["id"]

    def _resume(self, served, answer_id: str, after: int):  # noqa: ANN001, ANN202
        with served.client(headers={"Last-Event-ID": str(after)}) as client:
            return list(sse(iter(client.get(f"/api/v1/answers/{answer_id}/events").text.splitlines())))

    def _check(self, events, pieces) -> None:  # noqa: ANN001
        assert [number for number, _, _ in events] == list(range(1, len(events) + 1))
        assert "".join(data["text"] for _, name, data in events if name == "delta").split() == "".join(pieces).split()
        assert events[-1][1] == "finished"

    def _until(self, done, within: float = 3.0) -> None:  # noqa: ANN001
        deadline = time.monotonic() + within
        while not done():
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_many_ask_at_once_and_everyone_gets_their_own_answer(serve: Serve) -> None:
    served = serve()
    answers: list[str] = []

    def one() -> None:
        body = served.ask("How do I return an item?").json()
        answers.append(body.get("id") or body)

    threads = [threading.Thread(target=one) for _ in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(map(str, answers))) == 24, answers
    assert served.flush() == 24
    assert Turn.objects.count() == 24
    assert json.dumps(Turn.objects.first().answer)
