from __future__ import annotations

import json

import pytest

from benchmarks.load import Outcome, fire, request_bytes
from tests.unit.benchmarks.conftest import Stand, answer


def _requests(stand: Stand, count: int) -> list[bytes]:
    return [request_bytes(stand.server, "/api/v1/ask", json.dumps({"n": n}).encode()) for n in range(count)]


def test_a_request_carries_the_key_and_the_length_in_bytes(stand: Stand) -> None:
    body = json.dumps({"question": "退货"}, ensure_ascii=False).encode()
    head, _, sent = request_bytes(stand.server, "/api/v1/ask", body).partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /api/v1/ask HTTP/1.1"
    assert "Authorization: Bearer ak_test_secret" in lines
    assert f"Content-Length: {len(body)}" in lines
    assert sent == body


async def test_every_request_is_answered_once(stand: Stand) -> None:
    outcome = await fire(stand.server, _requests(stand, 25), connections=4)
    assert outcome.statuses == {200: 25}
    assert len(outcome.seconds) == 25
    assert sorted(json.loads(body)["n"] for _, body in stand.requests) == list(range(25))


async def test_connections_are_kept_alive(stand: Stand) -> None:
    await fire(stand.server, _requests(stand, 30), connections=3)
    assert stand.connections == 3


async def test_a_connection_that_the_server_ends_is_opened_anew(stand: Stand) -> None:
    ended = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}"
    stand.answerer = lambda _head, body: [ended if b'"n": 3' in body else answer("200 OK", b"{}")]
    outcome = await fire(stand.server, _requests(stand, 8), connections=1)
    assert outcome.statuses == {200: 8}
    assert (outcome.ended, stand.connections) == (1, 2)


async def test_the_last_connection_may_be_ended_too(stand: Stand) -> None:
    stand.answerer = lambda _head, _body: [b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}"]
    outcome = await fire(stand.server, _requests(stand, 2), connections=1)
    assert (outcome.statuses, outcome.ended, stand.connections) == ({200: 2}, 2, 2)


async def test_statuses_are_counted_apart(stand: Stand) -> None:
    stand.answerer = lambda _head, body: [answer("429 Too Many Requests" if b'"n": 1' in body else "200 OK", b"{}")]
    outcome = await fire(stand.server, _requests(stand, 3), connections=1)
    assert outcome.statuses == {200: 2, 429: 1}


async def test_bodies_are_kept_only_when_asked_for(stand: Stand) -> None:
    stand.answerer = lambda _head, _body: [answer("200 OK", '{"layer": "faq", "answer": "七天"}'.encode())]
    without = await fire(stand.server, _requests(stand, 2), connections=1)
    kept = await fire(stand.server, _requests(stand, 2), connections=1, keep_bodies=True)
    assert without.bodies == []
    assert [json.loads(body)["answer"] for body in kept.bodies] == ["七天", "七天"]


async def test_an_answer_that_comes_in_pieces_is_read_whole(stand: Stand) -> None:
    whole = answer("200 OK", b"x" * 5000)
    stand.answerer = lambda _head, _body: [whole[:20], whole[20:60], whole[60:]]
    outcome = await fire(stand.server, _requests(stand, 3), connections=1, keep_bodies=True)
    assert outcome.bodies == [b"x" * 5000] * 3


async def test_the_length_is_found_however_it_is_spelt(stand: Stand) -> None:
    stand.answerer = lambda _head, _body: [b"HTTP/1.1 200 OK\r\ncontent-LENGTH:2\r\n\r\nok"]
    outcome = await fire(stand.server, _requests(stand, 2), connections=1, keep_bodies=True)
    assert outcome.bodies == [b"ok", b"ok"]


async def test_an_answer_without_a_length_is_an_error_that_shows_it(stand: Stand) -> None:
    stand.answerer = lambda _head, _body: [b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"]
    with pytest.raises(ExceptionGroup) as caught:
        await fire(stand.server, _requests(stand, 1), connections=1)
    assert caught.group_contains(ValueError, match="no Content-Length.*chunked")


def test_the_rate_counts_answers_over_the_whole_time() -> None:
    assert Outcome(seconds=[0.1] * 50, elapsed=2.0).requests_per_second == 25.0
