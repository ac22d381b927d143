"""Two thumbs under an answer: by keyboard, with a name, kept over a reload, honest when they did not arrive."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SCREENSHOTS, Chat
from tests.browser.stand import Stand, answer

OpenChat = Callable[..., Chat]


def opinions(stand: Stand) -> list[dict[str, object]]:
    return [body for _, path, body, _ in stand.seen if path.endswith("/feedback")]


@pytest.fixture
def answered(chat: OpenChat, stand: Stand) -> Chat:
    stand.plays["How long?"] = answer("30 days.", layer="faq")
    shown = chat(expected=("503",))
    shown.settled(shown.ask("How long?"))
    return shown


def test_a_thumb_is_given_by_keyboard_and_stays_after_a_reload(answered: Chat, stand: Stand) -> None:
    up = answered.button("Helpful").first
    expect(up).to_have_attribute("aria-pressed", "false")
    up.press("Enter")
    expect(answered.root.get_by_text("Thank you.")).to_be_visible()
    expect(up).to_have_attribute("aria-pressed", "true")
    expect(up).to_be_focused()
    assert opinions(stand) == [{"rating": "up", "reason": ""}]
    answered.page.reload()
    expect(answered.button("Helpful").first).to_have_attribute("aria-pressed", "true")


def test_after_a_thumb_down_a_reason_may_be_added(answered: Chat, stand: Stand) -> None:
    answered.button("Not helpful").click()
    reason = answered.root.get_by_role("textbox", name="What was wrong? (optional)")
    reason.fill("It is 14 days.")
    reason.press("Enter")
    expect(answered.root.get_by_text("Thank you.")).to_be_visible()
    answered.page.wait_for_timeout(100)
    assert opinions(stand) == [{"rating": "down", "reason": ""}, {"rating": "down", "reason": "It is 14 days."}]
    answered.page.screenshot(path=SCREENSHOTS / "widget-feedback.png")


def test_a_thumb_that_does_not_arrive_says_so_and_can_be_pressed_again(answered: Chat, stand: Stand) -> None:
    stand.refuse_opinions = True
    answered.button("Not helpful").click()
    expect(answered.root.get_by_text("Not sent. Try again.")).to_be_visible()
    expect(answered.button("Not helpful")).to_have_attribute("aria-pressed", "false")
    stand.refuse_opinions = False
    answered.button("Not helpful").click()
    expect(answered.root.get_by_text("Thank you.")).to_be_visible()


def test_the_thumbs_speak_chinese_and_a_refusal_has_none(chat: OpenChat, stand: Stand) -> None:
    stand.language = "zh"
    stand.plays["多久？"] = answer("三十天。", layer="faq")
    refused = {"code": "no_evidence", "reason": "没有找到。"}
    stand.plays["谁？"] = answer("", refused=refused)
    shown = chat()
    shown.settled(shown.ask("多久？"))
    expect(shown.root.get_by_role("button", name="有帮助", exact=True)).to_be_visible()
    expect(shown.root.get_by_role("button", name="没有帮助")).to_be_visible()
    shown.settled(shown.ask("谁？"), "refused")
    expect(shown.root.get_by_role("button", name="有帮助", exact=True)).to_have_count(1)
