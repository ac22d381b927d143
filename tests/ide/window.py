"""A window of VS Code as a developer handles it: keys, names and what stands on the screen."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Error, Locator, Page, expect

from tests.ide.stand import Code

PATIENCE_MS = 120_000
"""A window beside other work on two cores takes its time; what is there is not waited for."""


_GLANCE_MS = 10_000


class Window:
    """One window on a folder."""

    def __init__(self, page: Page, code: Code, folder: Path) -> None:
        self.page, self.code, self.folder = page, code, folder

    def open(self, file: str | None = None, *, trust: bool | None = True) -> Window:
        """Open the folder, answer the question of trust (None: it is not expected), and open a file."""
        asked = {"folder": str(self.folder)}
        if file is not None:
            place = f"vscode-remote://{self.code.url.removeprefix('http://')}{self.folder / file}"
            asked["payload"] = json.dumps([["openFile", place]])
        self.page.goto(f"{self.code.url}/?{urlencode(asked)}", wait_until="domcontentloaded", timeout=PATIENCE_MS)
        self.page.locator(".monaco-workbench").wait_for(timeout=PATIENCE_MS)
        if trust is not None:
            name = "Yes, I trust the authors" if trust else "No, I don't trust the authors"
            self.page.get_by_role("button", name=name).click(timeout=PATIENCE_MS)
        if file is not None:
            self.tab(file).wait_for(timeout=PATIENCE_MS)
        return self

    def tab(self, name: str) -> Locator:
        """The tab of a file."""
        return self.tabs(name).first

    def tabs(self, name: str) -> Locator:
        """All tabs with this name."""
        return self.page.get_by_role("tab", name=re.compile(re.escape(Path(name).name)))

    def lens(self, text: str = "Generate tests") -> Locator:
        """Lenses with this text."""
        return self.page.locator(".codelens-decoration a", has_text=re.compile(rf"^{re.escape(text)}$"))

    def command(self, name: str) -> None:
        """Run a command of the palette.

        It lists what is there when it opens, and closes when another editor comes to the front: then once more.
        """
        row = self.page.locator(".quick-input-list .monaco-list-row", has_text=name).first
        box = self.page.locator(".quick-input-widget input[type=text]").first
        for _ in range(PATIENCE_MS // _GLANCE_MS):
            self.page.keyboard.press("F1")
            try:
                box.fill(f">{name}", timeout=_GLANCE_MS)
                row.click(timeout=_GLANCE_MS)
            except Error:  # not there within the glance, or not any more
                self.page.keyboard.press("Escape")
                continue
            return
        raise AssertionError(f"The palette has no command {name}.")

    def give_key(self, key: str) -> None:
        """Answer the question for the API key."""
        box = self.page.locator(".quick-input-widget input[type=password]").first
        box.wait_for(timeout=PATIENCE_MS)
        box.fill(key)
        box.press("Enter")

    def notice(self, text: str | re.Pattern[str]) -> Locator:
        """Wait for a notification with this text."""
        found = self.page.locator(".notification-toast", has_text=text).first
        expect(found).to_be_visible(timeout=PATIENCE_MS)
        return found

    def title_action(self, name: str) -> None:
        """Press a button at the upper right of the editor."""
        self.page.locator(".editor-actions").get_by_role("button", name=name).first.click(timeout=PATIENCE_MS)

    def type_at_end(self, text: str) -> None:
        """Type below the last line of the editor in front."""
        self.page.locator(".editor-instance .view-lines").first.click()
        self.page.keyboard.press("Control+End")
        self.page.keyboard.type(text)

    def replace_all(self, text: str) -> None:
        """Paste over everything in the editor in front: typing would be indented and completed by the editor."""
        self.page.locator(".editor-instance .view-lines").first.click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.press("Delete")
        self.page.keyboard.insert_text(text)

    def problems(self) -> Locator:
        """The rows of the Problems view."""
        self.page.keyboard.press("Control+Shift+M")
        return self.page.locator(".markers-panel .monaco-list-row")
