"""A real Chromium, and pages that fail a test which leaves an error in the console."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, Playwright, expect, sync_playwright

from tests.browser.stand import Stand

pytestmark = pytest.mark.browser
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
SCREENSHOTS = Path(__file__).parent / "screenshots"

OpenPage = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder; without a browser, skip, except where CI promises one."""
    here = Path(__file__).parent
    for item in items:
        if not item.path.is_relative_to(here):
            continue
        item.add_marker(pytest.mark.browser)
        if CHROMIUM is None and os.environ.get("CI") != "true":
            item.add_marker(pytest.mark.skip(reason="no Chromium: install what infra/test-packages.txt names"))


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """The driver; it runs outside of any event loop of the tests."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """The browser, started once."""
    if CHROMIUM is None:
        pytest.fail("CI=true, but there is no Chromium: install what infra/test-packages.txt names")
    started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield started
    started.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """A function that opens pages with context options; errors in the console or uncaught fail the test at its end.

    Tests that provoke failing requests name parts of the messages they expect: `expected=("404",)`.
    """
    contexts: list[Any] = []
    wrong: list[str] = []

    def open_(**options: Any) -> Page:
        expected: tuple[str, ...] = options.pop("expected", ())
        context = browser.new_context(**{"viewport": {"width": 1000, "height": 800}, "locale": "en-GB", **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)

        def heard(text: str) -> None:
            if not any(part in text for part in expected):
                wrong.append(text)

        page.on("console", lambda message: heard(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: heard(str(error)))
        page.on("dialog", lambda dialog: (wrong.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        return page

    yield open_
    for context in contexts:
        context.close()
    assert wrong == []


@pytest.fixture(scope="session")
def _stand() -> Iterator[Stand]:
    stand = Stand()
    yield stand
    stand.shutdown()
    stand.server_close()


@pytest.fixture
def stand(_stand: Stand) -> Stand:
    """The scripted server, with nothing on its script."""
    _stand.reset()
    return _stand


class Chat:
    """The widget as a visitor handles it, by roles and names alone."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.patience = 15_000.0  # milliseconds
        self.root = page.locator("assistant-chat")
        self.log = self.root.get_by_role("log")
        self.field = self.root.get_by_role("textbox")
        self.answers = self.root.locator("article.assistant")

    def open(self) -> Chat:
        """Press the launcher."""
        self.root.get_by_role("button", name="Open the chat").or_(
            self.root.get_by_role("button", name="打开聊天")
        ).click()
        self.field.wait_for()
        return self

    def ask(self, question: str) -> Locator:
        """Type a question, press Enter; give the answer's element, which may still be growing."""
        count = self.answers.count()
        self.field.fill(question)
        self.field.press("Enter")
        return self.answers.nth(count)

    def button(self, name: str) -> Locator:
        """A button by its accessible name."""
        return self.root.get_by_role("button", name=name)

    def settled(self, answer: Locator, status: str = "done") -> Locator:
        """Wait until an answer has this status."""
        expect(answer).to_have_attribute("data-status", status, timeout=self.patience)
        return answer


@pytest.fixture
def chat(open_page: OpenPage, stand: Stand) -> Callable[..., Chat]:
    """A function that opens the shop's page with the widget on it."""

    def visit(*, opened: bool = True, **options: Any) -> Chat:
        page = open_page(**options)
        page.goto(stand.url)
        shown = Chat(page)
        return shown.open() if opened else shown

    return visit
