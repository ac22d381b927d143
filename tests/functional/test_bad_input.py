"""What must not be asked, and parts that are gone: a clear error in the caller's language, and nothing lost."""

from __future__ import annotations

import json
import time

import httpx
import pytest

from assistant.accounts import keys
from assistant.accounts.models import ApiKey
from assistant.chat.models import Turn
from inference.client.errors import ModelTimeout
from inference.client.scripted import Reply
from tests.chatkit import NOWHERE, RETURNS, model
from tests.functional.conftest import Serve, Served


def post(served: Served, body: bytes, **headers: str) -> httpx.Response:
    with served.client(headers={"Content-Type": "application/json", **headers}) as client:
        return client.post("/api/v1/ask", content=body)


def chinese(text: str) -> bool:
    return any("一" <= character <= "鿿" for character in text)


BODIES = [
    (b'{"question": ""}', 400, "empty_question"),
    (b'{"question": " \\n\\t ?!"}', 400, "empty_question"),
    (b'{"question": "' + b"a" * 4001 + b'"}', 413, "question_too_long"),
    (b'{"question": "' + b"a" * 300_000 + b'"}', 413, "body_too_large"),
    (b'{"question": "a\\u0000b"}', 400, "not_text"),
    (b'{"question": "\\u0001\\u0002 PNG"}', 400, "not_text"),
    ('{"question": "如何退货"}'.encode("gb18030"), 400, "wrong_encoding"),
    ('{"question": "the cafÃ© opens when"}'.encode(), 400, "wrong_encoding"),
    ('{"question": "锟斤拷锟斤拷"}'.encode(), 400, "wrong_encoding"),
    ('{"question": "Как вернуть товар?"}'.encode(), 422, "unsupported_language"),
    ('{"question": "商品を返品するにはどうすればいいですか"}'.encode(), 422, "unsupported_language"),
    (
        b'{"question": "Comment puis-je retourner un article et quand est-ce que je suis rembourse"}',
        422,
        "unsupported_language",
    ),
    (b"\x89PNG\r\n\x1a\n", 400, "wrong_encoding"),
    (b"", 400, "invalid_json"),
    (b"[1, 2]", 400, "invalid_input"),
    (b'{"question": 7}', 400, "invalid_input"),
    (b'{"text": "hello"}', 400, "invalid_input"),
    (b'{"question": "hello", "surprise": 1}', 400, "invalid_input"),
    (b'{"question": "hello", "max_tokens": 0}', 400, "invalid_input"),
    (b'{"question": "hello", "conversation_id": "x"}', 400, "invalid_input"),
    (b'{"question": "hello", "language": "fr"}', 400, "invalid_input"),
    (b'{"question": "hello", "domain": "astrology"}', 400, "unknown_domain"),
    (
        b'{"question": "hello", "conversation_id": "00000000-0000-0000-0000-000000000000"}',
        404,
        "conversation_not_found",
    ),
]


def test_every_bad_body_is_a_problem_with_its_code_in_the_readers_language(serve: Serve) -> None:
    served = serve()
    for body, status, code in BODIES:
        for reader in ("en", "zh-CN"):
            response = post(served, body, **{"Accept-Language": reader})
            problem = response.json()
            assert (response.status_code, problem["code"]) == (status, code), body[:60]
            assert response.headers["content-type"] == "application/problem+json"
            assert problem["type"] == f"urn:assistant:problem:{code}"
            if reader == "zh-CN" and code in {"invalid_input", "invalid_json", "body_too_large"}:
                assert chinese(problem["detail"]), body[:60]
    served.flush()
    assert Turn.objects.count() == 0


def test_a_question_in_chinese_gets_its_errors_in_chinese(serve: Serve) -> None:
    response = post(serve(), '{"question": "你好，请问", "domain": "占星"}'.encode())
    assert chinese(response.json()["detail"])


def test_a_form_is_not_json(serve: Serve) -> None:
    response = post(serve(), b"question=hello", **{"Content-Type": "application/x-www-form-urlencoded"})
    assert (response.status_code, response.json()["code"]) == (415, "unsupported_media")


def test_the_wrong_method_names_the_right_one(serve: Serve) -> None:
    with serve().client() as client:
        response = client.get("/api/v1/ask")
    assert (response.status_code, response.headers["allow"]) == (405, "POST")


class TestKeys:
    """Keys that open nothing."""

    def test_no_key_and_a_wrong_key_are_refused_with_a_challenge(self, serve: Serve) -> None:
        served = serve()
        for headers in ({}, {"Authorization": "Bearer ak_no_such"}, {"Authorization": "Basic eDp5"}):
            with httpx.Client(base_url=served.url, headers=headers, trust_env=False) as client:
                response = client.post("/api/v1/ask", json={"question": "hello"})
            assert (response.status_code, response.json()["code"]) == (401, "not_authenticated")
            assert response.headers["www-authenticate"].startswith("Bearer")

    def test_a_revoked_key_stops_working_within_a_second_or_so(self, serve: Serve) -> None:
        served = serve()
        assert served.ask("How do I return an item?").status_code == 200
        keys.revoke(ApiKey.objects.get())
        deadline = time.monotonic() + 3
        while served.ask("How do I return an item?").status_code != 401:
            assert time.monotonic() < deadline
            time.sleep(0.1)

    def test_a_key_without_the_scope_may_not_ask(self, serve: Serve) -> None:
        from assistant.accounts.models import Tenant

        served = serve()
        other = keys.issue(Tenant.objects.get(), "reader", ["faq:read"])
        with httpx.Client(base_url=served.url, headers={"Authorization": f"Bearer {other}"}, trust_env=False) as client:
            response = client.post("/api/v1/ask", json={"question": "hello"})
        assert (response.status_code, response.json()["code"]) == (403, "not_permitted")


class TestPartsThatAreGone:
    """Redis, PostgreSQL, the model."""

    def test_without_redis_answers_go_to_the_database_at_once(self, serve: Serve) -> None:
        served = serve(redis=NOWHERE)
        first = served.ask("How do I return an item?")
        assert first.status_code == 200
        assert Turn.objects.get().text == RETURNS.answer
        follow_up = served.ask("I want to talk to a human", conversation_id=first.json()["conversation_id"])
        assert follow_up.json()["handoff"]["state"] == "requested"
        assert Turn.objects.count() == 2

    def test_without_redis_a_stream_works_and_resumes_on_the_same_worker_alone(self, serve: Serve) -> None:
        served, neighbour = serve(redis=NOWHERE), serve(redis=NOWHERE)
        with served.client() as client:
            text = client.post("/api/v1/ask", json={"question": "How do I return an item?", "stream": True}).text
            answer_id = json.loads(text.split("data: ")[1].split("\n")[0])["id"]
            again = client.get(f"/api/v1/answers/{answer_id}/events")
        beat = ": still here\n\n"  # said where nothing else was for a third of a second, no part of the answer
        assert again.text.replace(beat, "") == text.replace(beat, "")
        assert '"answer"' in again.text
        with neighbour.client() as client:
            response = client.get(f"/api/v1/answers/{answer_id}/events")
        assert (response.status_code, response.json()["code"]) == (503, "resume_unavailable")
        assert response.headers["retry-after"]

    def test_a_redis_that_forgets_is_not_trusted_with_turns(self, serve: Serve, redis_url: str) -> None:
        import redis

        served = serve()
        with redis.Redis.from_url(redis_url) as client:
            client.config_set("appendonly", "no")
            try:
                assert served.ask("How do I return an item?").status_code == 200
            finally:
                client.config_set("appendonly", "yes")
        assert Turn.objects.count() == 1

    def test_without_both_stores_nothing_is_called_finished(
        self, serve: Serve, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from django.db import OperationalError

        from assistant.chat import ledger

        def gone(_records: object) -> None:
            raise OperationalError("the connection is lost")

        served = serve(redis=NOWHERE)
        monkeypatch.setattr(ledger, "write", gone)
        response = served.ask("How do I return an item?")
        assert (response.status_code, response.json()["code"]) == (503, "not_recorded")

    def test_without_the_database_answers_are_given_and_kept_until_it_is_back(
        self, serve: Serve, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from django.db import OperationalError

        from assistant.chat import ledger

        served = serve()
        with monkeypatch.context() as away:

            def gone(_records: object) -> None:
                raise OperationalError("the connection is lost")

            away.setattr(ledger, "write", gone)
            assert served.ask("How do I return an item?").status_code == 200
            with pytest.raises(OperationalError):
                served.flush()
        assert served.flush() == 1
        assert Turn.objects.count() == 1

    def test_a_slow_model_is_a_time_out_and_curated_answers_do_not_wait_for_it(self, serve: Serve) -> None:
        served = serve(model(Reply(pieces=("x",), error=ModelTimeout("no first token"))))
        slow = served.ask("Write a line about autumn")
        assert (slow.status_code, slow.json()["code"]) == (503, "model_timeout")
        assert served.ask("如何退货").json()["layer"] == "faq"
