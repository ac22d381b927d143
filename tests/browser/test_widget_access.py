"""Keyboard, screen reader, small screens, both themes, both directions of writing, both languages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Chat
from tests.browser.stand import Stand, answer

OpenChat = Callable[..., Chat]
SOURCES = [{"n": 1, "chunk": "a", "document": "d", "title": "Return policy", "revision": 3, "page": 2, "score": 0.9,
            "url": "https://example.org/returns"}]  # fmt: skip
SMALL_TARGETS = """root => [...root.shadowRoot.querySelectorAll("button, .detail a")]
  .filter(node => node.checkVisibility() && !node.matches(".cite"))
  .map(node => [node.getAttribute("aria-label") || node.textContent, node.getBoundingClientRect()])
  .filter(([, box]) => box.height < 43.5 || box.width < 43.5)
  .map(([name, box]) => `${name} ${box.width}x${box.height}`)"""
CONTRAST = """root => {
  const parse = text => { const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number); return {r, g, b, a}; };
  const linear = v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
  const light = ({r, g, b}) => [r, g, b].map(v => linear(v / 255))
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const ground = node => {
    for (let at = node; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.a === 1) return colour;
    }
    return {r: 255, g: 255, b: 255};
  };
  const poor = [];
  for (const node of root.shadowRoot.querySelectorAll("*")) {
    const own = [...node.childNodes].some(child => child.nodeType === 3 && child.data.trim());
    if (!own || !node.checkVisibility() || node.closest(".spoken") || node.closest(":disabled")) continue;
    const [a, b] = [light(parse(getComputedStyle(node).color)), light(ground(node))].sort((x, y) => y - x);
    const ratio = (a + .05) / (b + .05);
    if (ratio < 4.5) poor.push(`${node.className || node.tagName} "${node.textContent}" ${ratio.toFixed(2)}`);
  }
  return poor;
}"""


def focused(page: Page) -> str:
    """The accessible name of what has the focus, inside the widget or on the page."""
    name: str = page.evaluate(
        """() => { const inner = document.activeElement.shadowRoot?.activeElement ?? document.activeElement;
        return inner.getAttribute('aria-label') || inner.textContent; }"""
    )
    return name


def test_the_whole_way_can_be_gone_by_keyboard(chat: OpenChat, stand: Stand) -> None:
    stand.plays["q"] = answer("Fifteen days [1].", sources=SOURCES)
    visitor = chat(opened=False)
    page = visitor.page
    keys = page.keyboard
    keys.press("Tab")
    assert focused(page) == "A link of the page"
    keys.press("Tab")
    assert focused(page) == "Open the chat"
    keys.press("Enter")
    expect(visitor.field).to_be_focused()
    keys.type("q")
    keys.press("Enter")
    shown = visitor.settled(visitor.answers.first)
    expect(visitor.field).to_be_focused()
    for thumb in ("Not helpful", "Helpful"):
        keys.press("Shift+Tab")
        assert focused(page) == thumb
    keys.press("Shift+Tab")
    assert focused(page).startswith("1Return policy")
    keys.press("Shift+Tab")
    assert focused(page) == "Source 1"
    keys.press("Enter")
    expect(shown.get_by_role("link", name="Open the source")).to_be_visible()
    assert focused(page).startswith("1Return policy")
    keys.press("Tab")
    assert focused(page) == "Open the source"
    keys.press("Escape")
    assert focused(page) == "Open the chat"
    expect(visitor.root.get_by_role("region")).to_be_hidden()
    keys.press("Tab")
    assert focused(page) != "Open the chat", "the focus is not trapped"


def test_shift_enter_makes_a_line_and_enter_sends(chat: OpenChat, stand: Stand) -> None:
    stand.plays["a\nb"] = answer("Two lines.")
    visitor = chat()
    visitor.field.press_sequentially("a")
    visitor.field.press("Shift+Enter")
    visitor.field.press_sequentially("b")
    visitor.field.press("Enter")
    visitor.settled(visitor.answers.first)
    expect(visitor.answers).to_have_count(1)
    expect(visitor.answers.first).to_contain_text("Two lines.")


def test_enter_that_picks_a_candidate_of_an_input_method_does_not_send(chat: OpenChat, stand: Stand) -> None:
    visitor = chat()
    visitor.field.fill("ni hao")
    visitor.field.evaluate(
        "node => node.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true}))"
    )
    assert stand.calls("/widget/v1/ask") == []
    expect(visitor.field).to_have_value("ni hao")


def test_roles_and_names_are_what_a_screen_reader_needs(chat: OpenChat, stand: Stand) -> None:
    stand.plays["q"] = answer("Fifteen days [1].", sources=SOURCES)
    visitor = chat()
    visitor.settled(visitor.ask("q"))
    expect(visitor.root.get_by_role("region", name="Shop help")).to_match_aria_snapshot("""
        - region "Shop help":
          - heading "Shop help" [level=2]
          - status: Answers at once
          - button "切换到中文"
          - button "New conversation"
          - button "Close the chat"
          - log "Conversation":
            - article "You": q
            - article "Assistant":
              - paragraph:
                - text: Fifteen days
                - button "Source 1"
              - list "Sources":
                - listitem:
                  - button "1 Return policy"
          - textbox "Your question"
          - button "Send" [disabled]
    """)


def test_an_answer_is_announced_by_sentences_not_by_tokens(chat: OpenChat, stand: Stand) -> None:
    stand.plays["q"] = answer("First **sentence**. Second one! 第三句。And [1] the end", sources=SOURCES, pause=0.005)
    visitor = chat()
    visitor.page.evaluate("""() => {
        window.spoken = [];
        const region = document.querySelector('assistant-chat').shadowRoot.querySelector('.spoken');
        const note = node => spoken.push(node.textContent.trim());
        new MutationObserver(all => all.forEach(one => one.addedNodes.forEach(note)))
          .observe(region, {childList: true});
    }""")
    visitor.settled(visitor.ask("q"))
    expect(visitor.root.locator(".spoken")).to_contain_text("1 source found")
    assert visitor.page.evaluate("spoken") == [
        "First sentence.",
        "Second one!",
        "第三句。",
        "And  the end",
        "1 source found",
    ]
    assert visitor.answers.first.get_attribute("aria-live") == "off"
    expect(visitor.log).to_have_attribute("aria-live", "polite")


def test_the_log_is_busy_while_an_answer_grows(chat: OpenChat, stand: Stand) -> None:
    play = stand.plays["q"] = answer("slow " * 10, pieces=10, held=6)
    visitor = chat()
    shown = visitor.ask("q")
    expect(visitor.log).to_have_attribute("aria-busy", "true")
    play.on.set()
    visitor.settled(shown)
    expect(visitor.log).to_have_attribute("aria-busy", "false")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_targets_are_large_and_text_is_legible(chat: OpenChat, stand: Stand, scheme: str, direction: str) -> None:
    stand.direction = direction
    stand.plays["q"] = answer("Fifteen `days` [1], see [this](https://example.org).", sources=SOURCES)
    stand.plays["bad"] = answer("never")
    stand.plays["bad"].status, stand.plays["bad"].problem = 400, {"code": "x", "detail": "No."}
    visitor = chat(color_scheme=scheme, expected=("400",))
    assert visitor.root.evaluate(SMALL_TARGETS) == []
    assert visitor.root.evaluate(CONTRAST) == []
    visitor.settled(visitor.ask("q"))
    visitor.settled(visitor.ask("bad"), "failed")
    visitor.root.locator(".card").first.click()
    visitor.page.mouse.move(0, 0)
    visitor.page.wait_for_timeout(250)
    assert visitor.root.evaluate(SMALL_TARGETS) == []
    assert visitor.root.evaluate(CONTRAST) == []


def test_a_page_written_from_right_to_left_has_the_launcher_on_the_left(chat: OpenChat, stand: Stand) -> None:
    stand.direction = "rtl"
    visitor = chat(opened=False)
    box = visitor.button("Open the chat").bounding_box()
    assert box is not None
    assert box["x"] < 100


@pytest.mark.parametrize("width", [320, 360, 480])
def test_a_narrow_screen_is_filled_and_nothing_scrolls_sideways(chat: OpenChat, stand: Stand, width: int) -> None:
    text = "Averyverylongwordwithoutanyspaces" * 5 + "\n\n```\n" + "x" * 300 + "\n```\n\n[1]"
    stand.plays["q"] = answer(text, sources=[{**SOURCES[0], "title": "T" * 200}], pieces=5)
    visitor = chat(viewport={"width": width, "height": 568})
    visitor.settled(visitor.ask("q"))
    box = visitor.root.get_by_role("region").bounding_box()
    assert box == {"x": 0, "y": 0, "width": width, "height": 568}
    assert visitor.log.evaluate("node => node.scrollWidth <= node.clientWidth")
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= width


def test_less_motion_is_respected(chat: OpenChat, stand: Stand) -> None:
    visitor = chat(reduced_motion="reduce")
    assert visitor.root.get_by_role("region").evaluate("node => getComputedStyle(node).animationName") == "none"


def test_the_language_follows_the_page_until_the_visitor_chooses(chat: OpenChat, stand: Stand) -> None:
    visitor = chat()
    visitor.page.evaluate("document.documentElement.lang = 'zh-Hans'")
    expect(visitor.root.get_by_role("heading")).to_have_text("商店帮助")
    visitor.button("Switch to English").click()
    expect(visitor.root.get_by_role("heading")).to_have_text("Shop help")
    visitor.page.evaluate("document.documentElement.lang = 'zh'")
    expect(visitor.root.get_by_role("heading")).to_have_text("Shop help")
    visitor.page.reload()
    expect(visitor.root.get_by_role("heading")).to_have_text("Shop help")


def test_switching_the_language_renames_what_is_already_there(chat: OpenChat, stand: Stand) -> None:
    stand.plays["q"] = answer("Fifteen days [1].", sources=SOURCES, layer="retrieval")
    visitor = chat()
    visitor.settled(visitor.ask("q"))
    visitor.button("切换到中文").click()
    expect(visitor.answers.first).to_contain_text("摘自文档原文")
    expect(visitor.root.get_by_role("list", name="来源")).to_be_visible()
    expect(visitor.field).to_have_attribute("placeholder", "请输入您的问题…")


def test_a_site_with_one_language_offers_no_switch(chat: OpenChat, stand: Stand) -> None:
    stand.session["languages"] = ["zh"]
    visitor = chat()
    expect(visitor.root.get_by_role("heading")).to_have_text("商店帮助")
    expect(visitor.button("Switch to English")).to_be_hidden()


def test_a_reader_who_scrolled_up_is_not_pulled_down(chat: OpenChat, stand: Stand) -> None:
    stand.plays["long"] = answer("line\n\n" * 60, pieces=10)
    play = stand.plays["q"] = answer("more\n\n" * 30, pieces=30, held=12)
    visitor = chat()
    visitor.settled(visitor.ask("long"))
    shown = visitor.ask("q")
    expect(shown).to_contain_text("more")
    visitor.log.evaluate("node => node.scrollTop = 0")
    play.on.set()
    visitor.settled(shown)
    assert visitor.log.evaluate("node => node.scrollTop") == 0
    visitor.button("Jump to the latest message").click()
    assert visitor.log.evaluate("node => node.scrollHeight - node.scrollTop - node.clientHeight") < 5


def test_storage_that_is_forbidden_costs_only_the_memory(chat: OpenChat, stand: Stand) -> None:
    stand.plays["q"] = answer("Fine.")
    visitor = chat(opened=False)
    visitor.page.add_init_script(
        "for (const name of ['localStorage', 'sessionStorage'])"
        " Object.defineProperty(window, name, {get() { throw new DOMException('no', 'SecurityError') }})"
    )
    visitor.page.reload()
    visitor.open()
    expect(visitor.settled(visitor.ask("q"))).to_contain_text("Fine.")
