"""Questions through the widget's door: streams, resumption, conversations that stay with their visitor."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Any

import pytest
from django.test import AsyncClient

from assistant.chat.models import Feedback
from assistant.widget import tokens
from assistant.widget.bundle import bundle
from tests.visitor import Visitor, read

pytestmark = pytest.mark.usefixtures("site")
Wired = Callable[..., Any]


async def test_a_curated_answer_streams_in_order_and_ends_with_the_whole(wired: Wired) -> None:
    wired()
    visitor = Visitor()
    await visitor.arrive()
    events = await visitor.ask("How do I return an item?")
    assert [name for _, name, _ in events] == ["started", "sources", "delta", "finished"]
    assert [number for number, _, _ in events] == [1, 2, 3, 4]
    answer = events[-1][2]
    assert answer["layer"] == "faq"
    assert answer["id"] == events[0][2]["id"]
    assert "30 days" in answer["answer"]


async def test_the_model_answers_what_is_general(wired: Wired) -> None:
    wired("Lisbon is the capital of Portugal.")
    visitor = Visitor()
    await visitor.arrive()
    answer = (await visitor.ask("Which city governs Portugal?"))[-1][2]
    assert (answer["layer"], answer["answer"]) == ("model", "Lisbon is the capital of Portugal.")


async def test_the_wish_for_a_human_is_passed_on(wired: Wired) -> None:
    wired()
    visitor = Visitor()
    await visitor.arrive()
    answer = (await visitor.ask("我想转人工服务。", language="zh"))[-1][2]
    assert answer["handoff"]["state"] == "requested"


async def test_the_error_of_a_chinese_page_is_in_chinese(wired: Wired) -> None:
    wired()
    visitor = Visitor(language="zh-CN,zh;q=0.9")
    await visitor.arrive()
    response = await visitor.post("ask", {"question": "   ", "language": "zh"})
    assert (response.status_code, response.json()["code"]) == (400, "empty_question")
    assert "问题" in response.json()["detail"]


async def test_an_answer_is_resumed_after_the_event_that_was_seen_last(wired: Wired) -> None:
    wired()
    visitor = Visitor()
    await visitor.arrive()
    events = await visitor.ask("How do I return an item?")
    answer_id = events[0][2]["id"]
    for seen in range(5):
        response = await visitor.get(f"answers/{answer_id}/events", **{"Last-Event-ID": str(seen)})
        assert await read(response) == events[seen:] if seen < 4 else response.status_code == 200


async def test_nobody_else_reads_an_answer(wired: Wired) -> None:
    wired()
    visitor, stranger = Visitor(), Visitor()
    await visitor.arrive()
    await stranger.arrive()
    answer_id = (await visitor.ask("How do I return an item?"))[0][2]["id"]
    response = await stranger.get(f"answers/{answer_id}/events")
    assert (response.status_code, response.json()["code"]) == (404, "answer_not_found")


async def test_nobody_else_continues_a_conversation(wired: Wired) -> None:
    wired()
    visitor, stranger = Visitor(), Visitor()
    await visitor.arrive()
    await stranger.arrive()
    conversation = (await visitor.ask("How do I return an item?"))[-1][2]["conversation_id"]
    response = await stranger.post("ask", {"question": "And then?", "conversation_id": conversation})
    assert (response.status_code, response.json()["code"]) == (404, "answer_not_found")
    again = await visitor.ask("How do I return an item?", conversation_id=conversation)
    assert again[-1][2]["conversation_id"] == conversation


@pytest.mark.parametrize("conversation", ["x", "00000000-0000-4000-8000-000000000000", "../..", ""])
async def test_a_made_up_conversation_is_not_taken(wired: Wired, conversation: str) -> None:
    wired()
    visitor = Visitor()
    await visitor.arrive()
    response = await visitor.post("ask", {"question": "And then?", "conversation_id": conversation})
    assert response.status_code == 404


async def test_an_answer_that_was_never_asked_for_is_not_found(wired: Wired) -> None:
    wired()
    visitor = Visitor()
    session = tokens.read((await visitor.arrive())["token"])
    response = await visitor.get(f"answers/{tokens.bound(session, 'answer')}/events")
    assert (response.status_code, response.json()["code"]) == (404, "answer_not_found")


@pytest.mark.parametrize("seen", ["x", "-1", "1.5", "٣", "9" * 12])
async def test_a_strange_event_id_is_refused(wired: Wired, seen: str) -> None:
    wired()
    visitor = Visitor()
    session = tokens.read((await visitor.arrive())["token"])
    sent = {"Last-Event-ID": seen if seen.isascii() else seen.encode().decode("latin-1")}
    response = await visitor.get(f"answers/{tokens.bound(session, 'answer')}/events", **sent)
    assert (response.status_code, response.json()["code"]) == (400, "bad_event_id")


async def test_a_server_that_is_still_starting_says_when_to_come_back() -> None:
    visitor = Visitor()
    await visitor.arrive()
    response = await visitor.post("ask", {"question": "Hello?"})
    assert (response.status_code, response.json()["code"]) == (503, "starting")
    assert int(response.headers["Retry-After"]) >= 1


async def test_the_script_is_served_to_any_page_and_remembered() -> None:
    client = AsyncClient()
    response = await client.get("/widget/v1/widget.js")
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert response.content == bundle().body
    squeezed = await client.get("/widget/v1/widget.js", headers={"Accept-Encoding": "gzip, br"})
    assert gzip.decompress(squeezed.content) == bundle().body
    known = await client.get("/widget/v1/widget.js", headers={"If-None-Match": response.headers["ETag"]})
    assert (known.status_code, known.content) == (304, b"")


async def test_a_visitor_who_asks_without_pause_is_told_when_to_come_back(wired: Wired) -> None:
    wired()
    visitor, other = Visitor(), Visitor()
    await visitor.arrive()
    await other.arrive()
    answers = [await visitor.post("ask", {"question": "How do I return an item?"}) for _ in range(21)]
    assert [response.status_code for response in answers] == [200] * 20 + [429]
    assert (answers[-1].json()["code"], int(answers[-1]["Retry-After"]) >= 1) == ("rate_limited", True)
    assert (await other.post("ask", {"question": "How do I return an item?"})).status_code == 200


async def test_a_visitor_rates_the_answer_it_just_got_and_nobody_elses(wired: Wired) -> None:
    wired()
    visitor, other = Visitor(), Visitor()
    await visitor.arrive()
    await other.arrive()
    answer_id = (await visitor.ask("How do I return an item?"))[-1][2]["id"]
    path = f"answers/{answer_id}/feedback"
    assert (await other.post(path, {"rating": "down"})).json()["code"] == "answer_not_found"
    assert (await visitor.post(path, {"rating": "sideways"})).status_code == 400
    given = await visitor.post(path, {"rating": "down", "reason": "It is 14 days."})
    assert given.status_code == 204, given.content
    row = await Feedback.objects.aget()
    assert (str(row.turn_id), row.rating, row.reason, row.giver) == (answer_id, "down", "It is 14 days.", "visitor")


async def test_thumbs_without_pause_are_slowed_down_and_cost_no_question(wired: Wired) -> None:
    wired()
    visitor = Visitor()
    await visitor.arrive()
    answer_id = (await visitor.ask("How do I return an item?"))[-1][2]["id"]
    given = [(await visitor.post(f"answers/{answer_id}/feedback", {"rating": "up"})).status_code for _ in range(21)]
    assert given == [204] * 20 + [429]
    assert (await visitor.post("ask", {"question": "How do I return an item?"})).status_code == 200
