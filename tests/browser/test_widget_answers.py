"""What a visitor sees of an answer: text, citations, sources, refusals, failures."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Chat
from tests.browser.stand import Play, Stand, answer

OpenChat = Callable[..., Chat]
SOURCES = [
    {"n": 1, "chunk": "a", "document": "d1", "title": "Return policy", "revision": 3, "page": 2, "score": 0.9,
     "url": "https://example.org/returns"},
    {"n": 2, "chunk": "b", "document": "d2", "title": "退货政策", "revision": 1, "score": 0.5},
]  # fmt: skip


def test_an_english_question_gets_a_streamed_answer_with_its_sources(chat: OpenChat, stand: Stand) -> None:
    stand.plays["How long?"] = answer("You have **15 days** [1] [2].", sources=SOURCES, layer="retrieval")
    visitor = chat()
    shown = visitor.settled(visitor.ask("How long?"))
    expect(shown.locator(".bubble")).to_have_text("You have 15 days 1 2.")
    expect(shown.locator("strong")).to_have_text("15 days")
    expect(shown.get_by_role("list", name="Sources").get_by_role("listitem")).to_have_count(2)
    expect(shown).to_contain_text("Quoted from documents")


def test_a_chinese_question_is_answered_on_a_chinese_page(chat: OpenChat, stand: Stand) -> None:
    stand.language = "zh-CN"
    stand.plays["几天内可以退货？"] = answer("自签收次日起15天内可以退货 [2]。", sources=SOURCES, layer="faq")
    visitor = chat()
    expect(visitor.root.get_by_role("heading")).to_have_text("商店帮助")
    shown = visitor.settled(visitor.ask("几天内可以退货？"))
    expect(shown).to_contain_text("自签收次日起15天内可以退货")
    expect(shown).to_contain_text("人工审定的答案")
    assert stand.calls("/widget/v1/ask")[0][2]["language"] == "zh"


def test_a_citation_opens_its_source_and_takes_the_focus_there(chat: OpenChat, stand: Stand) -> None:
    stand.plays["q"] = answer("Yes [1].", sources=SOURCES)
    visitor = chat()
    shown = visitor.settled(visitor.ask("q"))
    cite = shown.locator(".cite")
    expect(shown.get_by_text("page 2 · revision 3")).to_be_hidden()
    cite.click()
    expect(shown.get_by_text("page 2 · revision 3")).to_be_visible()
    expect(shown.get_by_role("link", name="Open the source")).to_have_attribute("href", "https://example.org/returns")
    expect(shown.locator(".card").first).to_be_focused()
    expect(cite).to_have_attribute("aria-expanded", "true")
    cite.click()
    expect(shown.get_by_text("page 2 · revision 3")).to_be_hidden()


def test_a_source_without_an_address_says_that_it_is_internal(chat: OpenChat, stand: Stand) -> None:
    stand.plays["q"] = answer("Yes [2].", sources=SOURCES)
    visitor = chat()
    shown = visitor.settled(visitor.ask("q"))
    shown.locator(".card").click()
    expect(shown.get_by_text("Internal document")).to_be_visible()


def test_a_citation_that_is_not_among_the_sources_stays_text(chat: OpenChat, stand: Stand) -> None:
    stand.plays["q"] = answer("See [7] and a[0].", sources=SOURCES)
    visitor = chat()
    shown = visitor.settled(visitor.ask("q"))
    expect(shown.locator(".cite")).to_have_count(0)
    expect(shown.locator(".bubble")).to_have_text("See [7] and a[0].")


def test_a_refusal_replaces_what_was_shown_and_offers_a_person(chat: OpenChat, stand: Stand) -> None:
    refused = {"code": "no_evidence", "reason": "I found nothing that answers this."}
    whole = {"answer": "", "layer": "model", "sources": [], "grounded": False, "refused": refused,
             "handoff": {"reason": "no_evidence", "state": "offered"}}  # fmt: skip
    stand.plays["q"] = Play(
        [("started", {}), ("delta", {"text": "Perhaps"}), ("refused", refused), ("finished", whole)]
    )
    stand.plays["I would like to talk to a person."] = answer(
        "I am passing you on.", layer="faq", handoff={"reason": "asked_for_human", "state": "requested"}
    )
    visitor = chat()
    shown = visitor.settled(visitor.ask("q"), "refused")
    expect(shown.locator(".bubble")).to_have_text("I found nothing that answers this.")
    shown.get_by_role("button", name="Talk to a person").click()
    expect(visitor.answers.nth(1)).to_contain_text("A person has been asked to join this conversation.")


def test_a_refusal_that_quotes_shows_the_source_of_the_quotation_and_no_other(chat: OpenChat, stand: Stand) -> None:
    refused = {"code": "no_evidence", "reason": "I am not sure. The closest I have: Keep the receipt. [1]"}
    whole = {"answer": "", "layer": "retrieval", "sources": SOURCES, "grounded": False, "refused": refused,
             "handoff": None}  # fmt: skip
    stand.plays["q"] = Play(
        [("started", {}), ("sources", {"sources": SOURCES}), ("refused", refused), ("finished", whole)]
    )
    visitor = chat()
    shown = visitor.settled(visitor.ask("q"), "refused")
    expect(shown.locator(".cite")).to_have_count(1)
    expect(shown.locator(".card")).to_have_count(1)
    shown.locator(".cite").click()
    expect(shown.locator(".detail").first).to_be_visible()


def test_a_refusal_offers_the_questions_that_may_have_been_meant_and_one_click_asks(
    chat: OpenChat, stand: Stand
) -> None:
    refused = {"code": "no_evidence", "reason": "I found nothing that answers this."}
    suggestions = [{"question": "How do I return an item?", "key": "returns"}]
    whole = {"answer": "", "layer": "retrieval", "sources": [], "grounded": False, "refused": refused, "handoff": None,
             "suggestions": suggestions}  # fmt: skip
    stand.plays["q"] = Play([("started", {}), ("refused", refused), ("finished", whole)])
    stand.plays["How do I return an item?"] = answer("Within 15 days.", layer="faq")
    visitor = chat()
    shown = visitor.settled(visitor.ask("q"), "refused")
    expect(shown.get_by_role("list", name="Did you mean").get_by_role("listitem")).to_have_count(1)
    shown.get_by_role("button", name="How do I return an item?").click()
    expect(visitor.answers.nth(1)).to_contain_text("Within 15 days.")


def test_a_failure_keeps_the_text_and_can_be_tried_again(chat: OpenChat, stand: Stand) -> None:
    broken = {"code": "model_interrupted", "detail": "The model broke off.", "status": 503}
    stand.plays["q"] = Play([("started", {}), ("delta", {"text": "Half an ans"}), ("failed", broken)])
    visitor = chat()
    shown = visitor.settled(visitor.ask("q"), "failed")
    expect(shown).to_contain_text("Half an ans")
    expect(shown).to_contain_text("The model broke off.")
    stand.plays["q"] = answer("A whole answer.")
    shown.get_by_role("button", name="Try again").click()
    visitor.settled(shown)
    expect(shown.locator(".bubble")).to_have_text("A whole answer.")


def test_a_model_that_warms_up_is_waited_for_without_a_click(chat: OpenChat, stand: Stand) -> None:
    warming = {"code": "model_unavailable", "detail": "The model is still starting.", "retry_after": 1.0, "status": 503}
    stand.session["ready"]["model"] = False
    stand.plays["q"] = Play([("started", {}), ("sources", {"sources": []}), ("failed", warming)])
    visitor = chat()
    expect(visitor.root.get_by_text("Model warming up")).to_be_visible()
    shown = visitor.ask("q")
    expect(shown).to_contain_text("The model is still starting. Trying again in 1 s.")
    stand.plays["q"] = answer("Now it runs.")
    visitor.settled(shown)
    expect(shown.locator(".bubble")).to_have_text("Now it runs.")


def test_the_server_that_still_starts_is_asked_again(chat: OpenChat, stand: Stand) -> None:
    play = stand.plays["q"] = answer("Here.")
    play.status, play.retry_after, play.problem = 503, 1, {"code": "starting", "detail": "The assistant is starting."}
    visitor = chat(expected=("503",))
    visitor.settled(visitor.ask("q"))
    assert play.asked == 2


def test_a_question_that_the_server_does_not_take_tells_why(chat: OpenChat, stand: Stand) -> None:
    play = stand.plays["???"] = answer("never")
    play.status, play.problem = 400, {"code": "empty_question", "detail": "The question is empty."}
    visitor = chat(expected=("400",))
    shown = visitor.settled(visitor.ask("???"), "failed")
    expect(shown).to_contain_text("The question is empty.")


@pytest.mark.parametrize("text", ["x" * 4001, "字" * 4001])
def test_an_overlong_question_is_stopped_before_it_is_sent(chat: OpenChat, stand: Stand, text: str) -> None:
    visitor = chat()
    visitor.field.fill(text)
    expect(visitor.root.get_by_text("Too long by 1 characters.")).to_be_visible()
    expect(visitor.button("Send")).to_be_disabled()
    visitor.field.press("Enter")
    assert stand.calls("/widget/v1/ask") == []


def test_lists_and_code_keep_their_shape(chat: OpenChat, stand: Stand) -> None:
    text = "Do this:\n\n1. First\n2. Second\n\n- a\n- b\n\n```python\ndef f():\n    return 1\n```"
    stand.plays["q"] = answer(text)
    visitor = chat()
    shown = visitor.settled(visitor.ask("q"))
    expect(shown.locator("ol > li")).to_have_count(2)
    expect(shown.locator("ul > li")).to_have_count(2)
    assert shown.locator("pre").inner_text() == "def f():\n    return 1"


def test_only_the_sources_that_are_cited_are_listed(chat: OpenChat, stand: Stand) -> None:
    many = [{**SOURCES[0], "n": n, "title": f"Title {n}"} for n in range(1, 9)]
    stand.plays["cites"] = answer("Yes [7].", sources=many)
    stand.plays["cites none"] = answer("Yes.", sources=many)
    visitor = chat()
    shown = visitor.settled(visitor.ask("cites"))
    expect(shown.get_by_role("listitem")).to_have_count(1)
    expect(shown.get_by_role("listitem")).to_contain_text("Title 7")
    expect(visitor.settled(visitor.ask("cites none")).get_by_role("listitem")).to_have_count(3)


def test_how_much_was_found_is_shown_while_the_answer_grows(chat: OpenChat, stand: Stand) -> None:
    play = stand.plays["q"] = answer("slow " * 20, sources=SOURCES, pieces=20, held=12)
    visitor = chat()
    shown = visitor.ask("q")
    expect(shown).to_contain_text("2 sources found")
    play.on.set()
    visitor.settled(shown)
    expect(shown).not_to_contain_text("2 sources found")


def test_another_question_takes_the_place_of_one_that_waits(chat: OpenChat, stand: Stand) -> None:
    warming = {"code": "model_unavailable", "detail": "Starting.", "retry_after": 20.0, "status": 503}
    stand.plays["waits"] = Play([("started", {}), ("failed", warming)])
    stand.plays["q"] = answer("At once.")
    visitor = chat()
    first = visitor.settled(visitor.ask("waits"), "waiting")
    expect(visitor.settled(visitor.ask("q"))).to_contain_text("At once.")
    visitor.settled(first, "stopped")


def test_suggested_questions_ask_themselves(chat: OpenChat, stand: Stand) -> None:
    stand.plays["Where is my parcel?"] = answer("On its way.")
    visitor = chat()
    visitor.button("Where is my parcel?").click()
    expect(visitor.answers.first).to_contain_text("On its way.")
    expect(visitor.button("Where is my parcel?")).to_be_hidden()
