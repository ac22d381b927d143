from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator

import pytest

from benchmarks.ask import PEOPLE_ASKED, Timing, about_documents, ask, measure, measure_grounded, wait_for_model
from tests.unit.benchmarks.conftest import Stand, answer

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n"


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def _event(number: int, name: str, data: object) -> bytes:
    return _chunk(f"id: {number}\nevent: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode())


def _stream(layer: str, tokens: int | None, pause: float = 0.0, grounded: bool = False) -> Iterator[bytes]:
    yield HEAD + _event(1, "started", {"id": "a"})
    yield _event(2, "sources", {"sources": []})
    time.sleep(pause)
    yield _event(3, "delta", {"text": "好"})
    yield _chunk(b": still here\n\n")
    time.sleep(pause)
    yield _event(4, "delta", {"text": "的"})
    usage = {} if tokens is None else {"usage": {"prompt_tokens": 9, "completion_tokens": tokens}}
    yield _event(5, "finished", {"layer": layer, "grounded": grounded, **usage}) + b"0\r\n\r\n"


def _serve(stand: Stand, layer: str = "model", tokens: int | None = 11, pause: float = 0.0) -> None:
    stand.answerer = lambda _head, _body: _stream(layer, tokens, pause)  # type: ignore[assignment, return-value]


def test_the_rate_leaves_out_the_first_token() -> None:
    assert Timing(first_event=5, first_token=500, total=2500, tokens=21).tokens_per_second == pytest.approx(10.0)


def test_an_answer_in_one_piece_has_a_finite_rate() -> None:
    assert Timing(first_event=5, first_token=500, total=500, tokens=1).tokens_per_second == 0.0


def test_a_stream_is_timed_from_the_request(stand: Stand) -> None:
    _serve(stand, pause=0.15)
    timing = ask(stand.server, "什么是哈希表？")
    assert timing is not None
    assert timing.tokens == 11
    assert timing.first_event < 140
    assert 140 < timing.first_token < timing.total
    assert timing.total - timing.first_token > 140


def test_the_question_is_sent_as_a_stream_with_the_key(stand: Stand) -> None:
    _serve(stand)
    ask(stand.server, "什么是哈希表？")
    head, body = stand.requests[0]
    assert head.startswith(b"POST /api/v1/ask HTTP/1.1")
    assert b"Authorization: Bearer ak_test_secret" in head
    assert json.loads(body)["question"] == "什么是哈希表？"
    assert json.loads(body)["stream"] is True


@pytest.mark.parametrize(("layer", "tokens"), [("faq", None), ("retrieval", None), ("model", None)])
def test_what_the_model_did_not_answer_is_not_timed(stand: Stand, layer: str, tokens: int | None) -> None:
    _serve(stand, layer, tokens)
    assert ask(stand.server, "x") is None


def test_a_refusal_of_the_server_is_not_timed(stand: Stand) -> None:
    stand.answerer = lambda _head, _body: [answer("503 Service Unavailable", b'{"code": "starting"}')]
    assert ask(stand.server, "x") is None


def test_medians_are_over_the_answers_of_the_model(stand: Stand) -> None:
    _serve(stand)
    figures = measure(stand.server, 6)
    assert figures["answered_by_model"] == 6
    assert figures["first_event_ms"] is not None
    assert figures["first_token_ms"] is not None
    assert figures["first_event_ms"] <= figures["first_token_ms"]
    assert len({body for _, body in stand.requests}) == 7, "a first question warms up, and each is worded anew"


def test_without_a_model_the_figures_say_that_nothing_was_measured(stand: Stand) -> None:
    _serve(stand, "retrieval", None)
    assert measure(stand.server, 2) == {
        "first_event_ms": None, "first_token_ms": None, "tokens_per_second": None, "answered_by_model": 0,
    }  # fmt: skip


def test_people_ask_in_both_languages_what_a_document_answers() -> None:
    rows = [json.loads(line) for line in PEOPLE_ASKED.read_text(encoding="utf-8").splitlines()]
    asked = about_documents()
    assert sorted(asked) == sorted(row["question"] for row in rows if row["answered"])
    chinese = [bool(re.search("[\u4e00-\u9fff]", question)) for question in asked[:20]]
    assert chinese == [False, True] * 10
    assert asked == about_documents()


def test_grounded_answers_are_timed_until_there_are_enough(stand: Stand) -> None:
    kinds = [("retrieval", None, True), ("model", 40, False), ("model", 15, True), ("model", 40, True)] * 2
    answers = (_stream(layer, tokens, grounded=grounded) for layer, tokens, grounded in kinds)
    stand.answerer = lambda _head, _body: next(answers)  # type: ignore[assignment, return-value]
    figures = measure_grounded(stand.server, 2)
    assert figures["grounded_answered_by_model"] == 2
    assert figures["grounded_first_token_ms"] is not None
    assert [json.loads(body)["question"] for _, body in stand.requests] == about_documents()[:8]


def test_where_no_answer_is_grounded_asking_ends(stand: Stand) -> None:
    _serve(stand)
    figures = measure_grounded(stand.server, 2)
    assert len(stand.requests) == 16
    assert figures == {
        "grounded_first_token_ms": None,
        "grounded_tokens_per_second": None,
        "grounded_answered_by_model": 0,
    }


def test_waiting_ends_when_the_model_is_up(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    states = iter([False, False, True])
    stand.answerer = lambda _head, _body: [answer("503 x", json.dumps({"model": next(states)}).encode())]
    assert wait_for_model(stand.server, patience=30)
    assert len(stand.requests) == 3


def test_waiting_ends_when_patience_does(stand: Stand) -> None:
    stand.answerer = lambda _head, _body: [answer("200 OK", b'{"model": false}')]
    assert not wait_for_model(stand.server, patience=0.0)
