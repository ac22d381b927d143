"""VS Code itself (from the npm registry, its server on loopback) in Chromium, before the real assistant."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test.utils import setup_databases
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from assistant.accounts import keys
from assistant.accounts.memo import AUTHENTICATIONS
from assistant.accounts.models import Tenant
from assistant.api.buckets import Limit
from infra.bootstrap import node_packages
from infra.bootstrap.checks import Problem
from tests import chatkit
from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.ide import stand
from tests.ide.window import Window

TILL = '''def net(price: float, rebate: float) -> float:
    """Return the price less the rebate.

    Raises:
        ValueError: if price is negative.

    >>> net(10.0, 4.0)
    6.0
    """
    if rebate > price:
        return 0.0
    return price - rebate
'''
SCREENSHOTS = Path(__file__).parents[1] / "browser" / "screenshots"

FORGET = """async () => {
  localStorage.clear();
  sessionStorage.clear();
  const deleted = (name) => new Promise((resolve, reject) => {
    const asked = indexedDB.deleteDatabase(name);
    asked.onsuccess = resolve;
    asked.onerror = asked.onblocked = () => reject(new Error(`${name} is still open`));
  });
  for (const { name } of await indexedDB.databases()) await deleted(name);
  for (const worker of await navigator.serviceWorker.getRegistrations()) await worker.unregister();
  for (const name of await caches.keys()) await caches.delete(name);
}"""

Open = Callable[..., Window]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a browser, skip, except where CI promises one."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here) and "test_neovim" not in item.path.name:
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None and os.environ.get("CI") != "true":
                item.add_marker(pytest.mark.skip(reason="no Chromium: install what infra/test-packages.txt names"))


@pytest.fixture(scope="session")
def package() -> Path:
    """The extension as it is given to people."""
    npm = shutil.which("npm")
    try:
        for folder in node_packages.FOLDERS:
            node_packages.install(folder)
    except Problem as problem:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(problem))
    subprocess.run([npm or "npm", "run", "--silent", "package"], cwd=stand.EXTENSION, check=True, timeout=120)
    return next((stand.EXTENSION / "dist").glob("*.vsix"))


@pytest.fixture(scope="session")
def code(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[stand.Code]:
    """VS Code, started once."""
    made = stand.Code(tmp_path_factory.mktemp("code"))
    made.set()
    made.start(package)
    yield made
    made.stop()


@pytest.fixture(scope="session")
def key(django_test_environment: None, django_db_modify_db_settings: None, django_db_blocker: Any) -> Iterator[str]:
    """An API key of a tenant that lives as long as the session; the database stays open for the server's threads.

    pytest-django makes databases for tests that ask for one each; a transaction around each is no use to other threads.
    """
    with django_db_blocker.unblock():
        setup_databases(verbosity=0, interactive=False, keepdb=True, aliases={"default"})
        AUTHENTICATIONS.forget()
        tenant, _ = Tenant.objects.get_or_create(slug="ide", defaults={"name": "IDE"})
        yield keys.issue(tenant, "editor", ["tests", "ask"])
        AUTHENTICATIONS._follower.stop()
        tenant.delete()


@pytest.fixture(scope="session")
def assistant(key: str, redis_server: str) -> Iterator[stand.Assistant]:
    """The assistant with its real engine and sandbox."""
    made = stand.assistant(redis_server)
    yield made
    made.stop()


@pytest.fixture
def hurried(key: str, redis_server: str) -> Iterator[stand.Assistant]:
    """An assistant that takes one request, and the next in a minute."""
    made = stand.assistant(redis_server, Limit(rate=1 / 60, burst=1))
    yield made
    made.stop()


@pytest.fixture
def answering(key: str, redis_server: str) -> Iterator[Callable[..., stand.Assistant]]:
    """A function that starts an assistant whose model says these things in order."""
    made: list[stand.Assistant] = []

    def start(*answers: str) -> stand.Assistant:
        made.append(stand.assistant(redis_server, model=chatkit.model(*answers)))
        return made[-1]

    yield start
    for one in made:
        one.stop()


@pytest.fixture(scope="session")
def browser(assistant: stand.Assistant, code: stand.Code) -> Iterator[Browser]:
    """Chromium, after what must not run in its driver's event loop."""
    with sync_playwright() as playwright:
        if CHROMIUM is None:
            pytest.fail("CI=true, but there is no Chromium: install what infra/test-packages.txt names")
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with one module."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "till.py").write_text(TILL)
    return folder


@pytest.fixture(scope="session")
def profile(browser: Browser) -> Iterator[BrowserContext]:
    """One profile for all windows: what it has loaded of VS Code is not loaded and compiled again for each."""
    made = browser.new_context(viewport={"width": 1300, "height": 850}, locale="en-GB")
    made.set_default_timeout(30_000)
    yield made
    made.close()


def forget(profile: BrowserContext, url: str) -> None:
    """Empty everything that pages of this origin stored, secrets with it: the next window is a stranger's."""
    page = profile.new_page()
    page.goto(f"{url}/version", wait_until="commit")
    page.evaluate(FORGET)
    page.close()
    profile.clear_cookies()


@pytest.fixture
def window(
    profile: BrowserContext, code: stand.Code, assistant: stand.Assistant, project: Path, request: pytest.FixtureRequest
) -> Iterator[Open]:
    """A function that opens windows; settings go by name, `language` is that of the interface."""
    pages: list[Page] = []

    def open_(
        file: str | None = "till.py", *, trust: bool | None = True, language: str = "", **settings: Any
    ) -> Window:
        code.set(**{"endpoint": assistant.url, "budget": 1, **settings})
        page = profile.new_page()
        pages.append(page)
        if language:
            value = f"{{value: '{language}', writable: false}}"
            page.add_init_script(f"Object.defineProperty(globalThis, '_VSCODE_NLS_LANGUAGE', {value})")
        return Window(page, code, project).open(file, trust=trust)

    yield open_
    for number, page in enumerate(pages):
        if request.session.testsfailed:
            SCREENSHOTS.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=SCREENSHOTS / f"ide-{request.node.name}-{number}.png")
        page.close()
    forget(profile, code.url)
