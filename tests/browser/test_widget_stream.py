"""Streams that break, stop, and come back."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Chat
from tests.browser.stand import Play, Stand, answer

OpenChat = Callable[..., Chat]
TEXT = "The quick brown fox jumps over the lazy dog, then rests. 敏捷的棕色狐狸跳过懒狗。"


@pytest.mark.parametrize("seed", range(6))
def test_a_stream_cut_at_random_places_loses_and_doubles_nothing(chat: OpenChat, stand: Stand, seed: int) -> None:
    chance = random.Random(seed)
    play = answer(TEXT, pieces=24, pause=0.005)
    play.cuts = sorted(chance.sample(range(1, len(play.events)), 3))
    play.events[-1][1]["answer"] = ""  # so that the text shown is what the pieces add up to
    stand.plays["q"] = play
    visitor = chat(expected=("ERR_",))
    shown = visitor.settled(visitor.ask("q"))
    expect(shown.locator(".bubble")).to_have_text(TEXT)
    resumed = stand.calls("/widget/v1/answers/a1/events")
    assert len(resumed) == 3
    last_ids = [int(call[3]["Last-Event-ID"]) for call in resumed]
    assert last_ids == sorted(last_ids)
    assert play.asked == 1


def test_an_event_that_comes_twice_is_shown_once(chat: OpenChat, stand: Stand) -> None:
    play = answer("abc", pause=0.005)
    stand.plays["q"] = play
    stand.repeat = 2
    visitor = chat()
    play.cuts = [3]
    play.events[-1][1]["answer"] = ""
    shown = visitor.settled(visitor.ask("q"))
    expect(shown.locator(".bubble")).to_have_text("abc")


def test_a_server_that_is_gone_for_good_is_given_up_on(chat: OpenChat, stand: Stand) -> None:
    play = answer("abc", pause=0.005)
    play.cuts = [3, *[0] * 20]
    stand.plays["q"] = play
    visitor = chat(opened=False, expected=("ERR_",))
    visitor.page.clock.install()
    visitor.open()
    shown = visitor.ask("q")
    for _ in range(30):
        visitor.page.clock.fast_forward(16_000)
        visitor.page.wait_for_timeout(50)
        if shown.get_attribute("data-status") == "failed":
            break
    expect(shown).to_contain_text("The answer could not be finished.")
    expect(shown.get_by_role("button", name="Try again")).to_be_visible()
    assert len(stand.calls("/widget/v1/answers/a1/events")) == 8


def test_an_answer_that_the_server_forgot_is_not_asked_for_again_and_again(chat: OpenChat, stand: Stand) -> None:
    play = answer("abc", pause=0.005)
    play.cuts = [3]
    stand.plays["q"] = play
    stand.forget_answers = True
    visitor = chat(expected=("404",))
    shown = visitor.settled(visitor.ask("q"), "failed")
    expect(shown).to_contain_text("There is no such answer")
    assert len(stand.calls("/widget/v1/answers/a1/events")) == 1


def test_stop_ends_the_request_and_keeps_what_was_said(chat: OpenChat, stand: Stand) -> None:
    stand.plays["q"] = answer("word " * 300, pieces=300, pause=0.03)
    visitor = chat()
    shown = visitor.ask("q")
    expect(shown).to_contain_text("word word")
    visitor.button("Stop answering").click()
    visitor.settled(shown, "stopped")
    expect(shown).to_contain_text("Stopped.")
    assert stand.left.wait(2), "the server noticed nobody leaving"
    expect(visitor.field).to_be_focused()
    expect(visitor.button("Send")).to_be_visible()


def test_nothing_is_asked_while_an_answer_is_on_its_way(chat: OpenChat, stand: Stand) -> None:
    play = stand.plays["q"] = answer("slow " * 20, pieces=20, held=12)
    visitor = chat()
    shown = visitor.ask("q")
    expect(shown).to_contain_text("slow slow")
    visitor.field.fill("another")
    visitor.field.press("Enter")
    play.on.set()
    visitor.settled(shown)
    assert len(stand.calls("/widget/v1/ask")) == 1
    expect(visitor.field).to_have_value("another")


def test_a_reload_keeps_the_conversation(chat: OpenChat, stand: Stand) -> None:
    stand.plays["first"] = answer("One.")
    stand.plays["second"] = answer("Two.")
    visitor = chat()
    visitor.settled(visitor.ask("first"))
    visitor.page.reload()
    visitor.field.wait_for()  # it was open, so it opens again
    expect(visitor.answers.first).to_contain_text("One.")
    visitor.settled(visitor.ask("second"))
    assert stand.calls("/widget/v1/ask")[1][2]["conversation_id"] == "c1"
    assert stand.calls("/widget/v1/token")[1][2]["visitor"] == "visitor"


def test_a_reload_in_the_middle_of_an_answer_takes_it_up_where_it_was(chat: OpenChat, stand: Stand) -> None:
    play = answer(TEXT, pieces=40, held=24)
    play.events[-1][1]["answer"] = ""
    stand.plays["q"] = play
    visitor = chat(expected=("ERR_",))
    expect(visitor.ask("q")).to_contain_text("quick")
    visitor.page.reload()
    play.on.set()
    shown = visitor.answers.first
    visitor.settled(shown)
    expect(shown.locator(".bubble")).to_have_text(TEXT)
    assert play.asked == 1


def test_a_new_conversation_forgets_the_old_one(chat: OpenChat, stand: Stand) -> None:
    stand.plays["q"] = answer("One.")
    visitor = chat()
    visitor.settled(visitor.ask("q"))
    visitor.button("New conversation").click()
    expect(visitor.answers).to_have_count(0)
    expect(visitor.button("Where is my parcel?")).to_be_visible()
    visitor.settled(visitor.ask("q"))
    assert "conversation_id" not in stand.calls("/widget/v1/ask")[1][2]


def test_an_expired_token_is_renewed_without_the_visitor_noticing(chat: OpenChat, stand: Stand) -> None:
    stand.plays["q"] = answer("Fine.")
    stand.refuse_tokens = ["token-1"]
    visitor = chat(expected=("401",))
    shown = visitor.settled(visitor.ask("q"))
    expect(shown).to_contain_text("Fine.")
    assert stand.tokens == 2


def test_a_token_is_renewed_before_it_ends(chat: OpenChat, stand: Stand) -> None:
    stand.plays["q"] = answer("Fine.")
    stand.session["expires_in"] = 10
    visitor = chat()
    expect(visitor.root.get_by_text("Answers at once")).to_be_visible()
    visitor.settled(visitor.ask("q"))
    assert stand.tokens == 2


def test_a_question_asked_offline_goes_out_when_the_network_is_back(chat: OpenChat, stand: Stand) -> None:
    stand.plays["q"] = answer("Back.")
    visitor = chat(expected=("ERR_INTERNET_DISCONNECTED",))
    expect(visitor.root.get_by_text("Answers at once")).to_be_visible()
    visitor.page.context.set_offline(True)
    expect(visitor.root.get_by_text("You are offline", exact=True)).to_be_visible()
    shown = visitor.ask("q")
    expect(shown).to_contain_text("You are offline. Your question is kept.")
    visitor.page.context.set_offline(False)
    visitor.settled(shown)
    expect(shown).to_contain_text("Back.")


def test_a_page_that_is_not_on_the_sites_list_is_told_so(chat: OpenChat, stand: Stand) -> None:
    stand.refuse_site = True
    visitor = chat(expected=("403",))
    expect(visitor.root.get_by_text("This page may not use the chat.")).to_be_visible()


def test_a_conversation_of_another_visitor_is_left_behind(chat: OpenChat, stand: Stand) -> None:
    stand.plays["q"] = answer("One.")
    visitor = chat(expected=("404",))
    visitor.settled(visitor.ask("q"))
    stand.forget_conversations = True
    visitor.settled(visitor.ask("q"))
    assert [call[2].get("conversation_id") for call in stand.calls("/widget/v1/ask")] == [None, "c1", None]


def test_heartbeats_and_strange_events_change_nothing(chat: OpenChat, stand: Stand) -> None:
    play = answer("Calm.", pieces=1)
    play.events.insert(2, ("weather", {"text": "rain"}))
    stand.plays["q"] = play
    visitor = chat()
    shown = visitor.settled(visitor.ask("q"))
    expect(shown.locator(".bubble")).to_have_text("Calm.")


def test_a_stream_without_an_end_and_without_a_beginning_fails_cleanly(chat: OpenChat, stand: Stand) -> None:
    stand.plays["q"] = Play([])
    visitor = chat()
    shown = visitor.settled(visitor.ask("q"), "failed")
    expect(shown.get_by_role("button", name="Try again")).to_be_visible()
