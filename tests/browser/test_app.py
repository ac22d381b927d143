"""The whole way on the whole assistant: demo page, widget, admin. Leaves screenshots in `screenshots/`."""

from __future__ import annotations

import json
import signal
import socket
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import app as running
from tests.browser.app import MODEL, App, ForeignPage
from tests.browser.conftest import SCREENSHOTS, Chat, OpenPage

FIRST_START = 900
pytestmark = [pytest.mark.timeout(FIRST_START + 300)]
MARKDOWN = (
    "# Visitor parking\n\nVisitors of the Harbour office park on level 3 of garage B. The first 45 minutes are free.\n"
)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """One assistant for all journeys; they change different things."""
    folder: Path = tmp_path_factory.mktemp("assistant")
    for parent in (folder, folder.parent, folder.parent.parent):
        parent.chmod(0o755)  # PostgreSQL runs as an unprivileged user when the tests run as root
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    started = running.start(folder, port)
    try:
        running.wait(started, FIRST_START)
        yield started
    finally:
        started.process.send_signal(signal.SIGTERM)
        started.process.wait(30)


def visit(app: App, open_page: OpenPage, language: str) -> Chat:
    page = open_page(locale="zh-CN" if language == "zh" else "en-GB", viewport={"width": 1280, "height": 860})
    page.goto(f"{app.url}/")
    page.set_default_timeout(60_000)  # the model takes both cores while it reads a prompt
    chat = Chat(page).open()
    chat.patience = 120_000  # the model writes a few tokens a second on two cores
    return chat


def keep(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(exist_ok=True)
    page.wait_for_timeout(300)
    page.screenshot(path=str(SCREENSHOTS / f"{name}.png"))


def until(happens: Callable[[], bool], seconds: float, otherwise: str) -> None:
    deadline = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.1)


def log_in(app: App, page: Page) -> None:
    page.goto(f"{app.url}/admin/")
    page.locator("[name=username]").fill("admin")
    page.locator("[name=password]").fill(app.password)
    page.keyboard.press("Enter")
    page.locator(".console").wait_for()


@pytest.mark.parametrize(
    ("language", "question", "part"),
    [("en", "How long do I have to return something?", "15 days"), ("zh", "买的东西多少天内可以退？", "15天")],
)
def test_a_curated_answer_in_both_languages(
    app: App, open_page: OpenPage, language: str, question: str, part: str
) -> None:
    chat = visit(app, open_page, language)
    keep(chat.page, f"welcome-{language}")
    shown = chat.settled(chat.ask(question))
    expect(shown).to_contain_text(part)
    expect(shown).to_contain_text("Curated answer" if language == "en" else "人工审定的答案")
    keep(chat.page, f"faq-{language}")


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "How many fingerprints can the D3 smart lock store?"),
        ("zh", "V8扫地机器人最多能存几张楼层地图？"),
    ],
)
def test_documents_answer_with_sources_that_open(app: App, open_page: OpenPage, language: str, question: str) -> None:
    chat = visit(app, open_page, language)
    shown = chat.settled(chat.ask(question))
    cards = shown.locator(".card")
    expect(cards.first).to_be_visible()
    cards.first.click()
    expect(shown.locator(".detail").first).to_be_visible()
    keep(chat.page, f"documents-{language}")


@pytest.mark.parametrize(
    ("language", "question", "part"),
    [("en", "What is the capital of Portugal?", "Lisbon"), ("zh", "葡萄牙的首都是哪里？", "里斯本")],
)
def test_the_model_answers_what_is_general(
    app: App, open_page: OpenPage, language: str, question: str, part: str
) -> None:
    chat = visit(app, open_page, language)
    shown = chat.settled(chat.ask(question))
    expect(shown).to_contain_text(part)
    expect(shown.locator(".meta:not(.opinion)")).to_contain_text("AI")
    keep(chat.page, f"model-{language}")


@pytest.mark.parametrize(
    ("layer", "question", "part"),
    [
        ("faq", "How long do I have to return something?", "15 days"),
        ("faq", "买的东西多少天内可以退？", "15天"),
        ("retrieval", "How many fingerprints can the D3 smart lock store?", "100 fingerprints"),
        ("retrieval", "浏览记录会保存多长时间？", "90天"),
        ("model", "What is the capital of Portugal?", "Lisbon"),
        ("model", "葡萄牙的首都是哪里？", "里斯本"),
    ],
)
def test_the_terminal_names_the_layer_and_cites(app: App, layer: str, question: str, part: str) -> None:
    told = json.loads(app.command("ask", question, "--json").splitlines()[-1])
    assert told["layer"] == layer
    assert part in told["answer"]
    assert {"intent", "domain", "sources", "timings", "model"} <= told.keys()
    if layer == "model":
        assert told["model"]["name"] == MODEL
        assert told["model"]["engine"].startswith("vLLM ")
        assert told["model"]["experts"] == "identical"
        assert told["model"]["kernel"]
    else:
        assert told["sources"][0]["n"] == 1
        read = app.command("ask", question, "--no-stream")
        assert part in read
        assert "[1]" in read


def test_stop_reaches_the_model(app: App, open_page: OpenPage) -> None:
    chat = visit(app, open_page, "en")
    shown = chat.ask("Write a long story about a lighthouse keeper and the sea.")
    expect(shown).to_have_attribute("data-status", "streaming", timeout=60_000)
    until(app.model_is_busy, 30, "the model was never asked")
    chat.button("Stop answering").click()
    chat.settled(shown, "stopped")
    until(lambda: not app.model_is_busy(), 5, "the model went on writing for nobody")


@pytest.mark.parametrize(
    ("language", "question"),
    [("en", "What was Lanhai Group's net profit in 2023?"), ("zh", "蓝海集团2023年的净利润是多少？")],
)
def test_what_no_document_tells_is_refused_and_a_person_offered(
    app: App, open_page: OpenPage, language: str, question: str
) -> None:
    chat = visit(app, open_page, language)
    shown = chat.settled(chat.ask(question), "refused")
    keep(chat.page, f"refused-{language}")
    shown.get_by_role("button", name="Talk to a person" if language == "en" else "转人工服务").click()
    expect(chat.answers.nth(1)).to_contain_text("A person has been asked" if language == "en" else "已通知人工客服")


def test_a_conversation_survives_a_reload(app: App, open_page: OpenPage) -> None:
    chat = visit(app, open_page, "en")
    chat.settled(chat.ask("How long do I have to return something?"))
    chat.page.reload()
    expect(chat.answers.first).to_contain_text("15 days")
    chat.settled(chat.ask("How often are failed webhooks retried?"))


def test_a_foreign_page_gets_nothing(app: App, open_page: OpenPage) -> None:
    page = open_page(expected=("403", "CORS", "ERR_FAILED"))
    foreign = ForeignPage(
        f'<!doctype html><script src="{app.url}/widget/v1/widget.js" data-site="demo" defer></script>'
    )
    page.goto(foreign.url)
    chat = Chat(page).open()
    expect(chat.root.get_by_text("Not reachable right now")).to_be_visible()
    foreign.shutdown()
    foreign.server_close()


def test_a_document_uploaded_in_the_admin_answers_in_the_widget(app: App, open_page: OpenPage) -> None:
    page = open_page(viewport={"width": 1280, "height": 900})
    log_in(app, page)
    keep(page, "admin-overview-en")
    page.goto(f"{app.url}/admin/knowledge/document/add/")
    page.locator("[name=tenant]").select_option(index=1)
    page.locator("input[type=file]").set_input_files(
        {"name": "parking.md", "mimeType": "text/markdown", "buffer": f"{MARKDOWN}\nNotice {uuid.uuid4()}.\n".encode()}
    )
    page.locator("[name=_save]").click()
    page.locator(".messagelist .success").wait_for()
    page.goto(f"{app.url}/admin/knowledge/document/?q=parking")
    until(lambda: page.reload() is not None and page.locator("td.field-state").inner_text() == "live", 60, "not live")
    page.wait_for_timeout(2000)  # what each web worker is given to follow
    chat = visit(app, open_page, "en")
    shown = chat.settled(chat.ask("On which level do visitors of the Harbour office park?"))
    expect(shown.locator(".card").first).to_contain_text("Visitor parking")
    keep(chat.page, "uploaded-en")


def test_an_edited_curated_answer_is_live_at_once(app: App, open_page: OpenPage) -> None:
    page = open_page(viewport={"width": 1280, "height": 900})
    log_in(app, page)
    page.goto(f"{app.url}/admin/faq/faqentry/?q=phone+number&language__exact=en")
    page.locator("#result_list tbody th a").first.click()
    question = page.locator("[name=question]").input_value()
    page.locator("[name=answer]").fill("Call 400-555-0199, day and night.")
    page.locator("[name=_save]").click()
    page.locator(".messagelist .success").wait_for()
    page.wait_for_timeout(1500)
    chat = visit(app, open_page, "en")
    expect(chat.settled(chat.ask(question))).to_contain_text("400-555-0199")


def test_the_overview_speaks_chinese(app: App, open_page: OpenPage) -> None:
    page = open_page(viewport={"width": 1280, "height": 900}, locale="zh-CN")
    log_in(app, page)
    expect(page.get_by_role("heading", name="就绪状态")).to_be_visible()
    keep(page, "admin-overview-zh")


def test_a_narrow_phone_shows_the_demo_and_the_chat(app: App, open_page: OpenPage) -> None:
    page = open_page(viewport={"width": 320, "height": 640}, locale="zh-CN")
    page.goto(f"{app.url}/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    keep(page, "narrow-page-zh")
    chat = Chat(page).open()
    chat.settled(chat.ask("运费是多少？"))
    keep(page, "narrow-chat-zh")
