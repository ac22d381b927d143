"""What a developer does in a real VS Code: ask for tests, look, accept or reject, read what cannot be done and why."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.codekit import FAR, far_numbers_are_not_searched
from tests.functional.test_language_server_existing import ACCOUNT, FIXTURE
from tests.ide.conftest import TILL, Open
from tests.ide.stand import CHECKOUT, Assistant, Code
from tests.ide.window import PATIENCE_MS, Window

_BODY = "{\n  return rebate > price ? 0 : price - rebate;\n}\n"
_JAVA = f"public class Till {{\n  public static int net(int price, int rebate) {_BODY}}}\n"
PROGRAMS = {
    "till.js": (f"function net(price, rebate) {_BODY}\nexports.net = net;\n", "till.test.js", 'describe("net"'),
    "till.ts": (
        f"export function net(price: number, rebate: number): number {_BODY}",
        "till.test.ts",
        'import { net } from "./till";',
    ),
    "Till.java": (_JAVA, "TillTest.java", "Till.net("),
}
"""A program, the file that is proposed for it, and a piece of it."""
RAN = """from pathlib import Path


def pytest_sessionfinish(session, exitstatus):
    told = f"{session.testscollected} tests, exit status {int(exitstatus)}"
    Path(__file__).with_name("ran").write_text(told)
"""
"""A conftest.py that tells of a run in the project."""
WRONG_KEY = "ak_12345678_this-is-no-key"


def until(true: Callable[[], object], seconds: float = 120.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def generate(window: Window, key: str) -> None:
    """Press the first lens, give the key, wait for the proposal."""
    window.lens().first.click(timeout=PATIENCE_MS)
    window.give_key(key)
    window.notice(re.compile("line coverage"))
    window.tab("test_till.py: proposed tests").wait_for(timeout=PATIENCE_MS)


def test_from_the_lens_to_accepted_tests(window: Open, key: str, project: Path) -> None:
    shown = window()
    expect(shown.lens().first).to_be_visible(timeout=PATIENCE_MS)
    generate(shown, key)
    assert not (project / "test_till.py").exists()
    shown.title_action("Accept Proposed Tests")
    until((project / "test_till.py").exists)
    until(lambda: "from till import net" in (project / "test_till.py").read_text())
    compile((project / "test_till.py").read_text(), "test_till.py", "exec")
    assert not (project / "test_till_suspected.py").exists()
    expect(shown.problems().filter(has_text="net(-1")).to_be_visible(timeout=PATIENCE_MS)


def test_rejected_tests_leave_nothing(window: Open, key: str, project: Path) -> None:
    shown = window()
    generate(shown, key)
    shown.title_action("Reject Proposed Tests")
    expect(shown.tab("test_till.py: proposed tests")).to_have_count(0, timeout=PATIENCE_MS)
    assert [path.name for path in project.iterdir()] == ["till.py"]


def test_single_tests_are_chosen(window: Open, key: str, project: Path) -> None:
    shown = window()
    generate(shown, key)
    shown.title_action("Choose Proposed Tests")
    rows = shown.page.locator(".quick-input-list .monaco-list-row")
    rows.first.wait_for(timeout=PATIENCE_MS)
    count = rows.count()
    assert count >= 2
    rows.first.click()
    shown.page.locator(".quick-input-widget").get_by_role("button", name="OK").click()
    until((project / "test_till.py").exists)
    until(lambda: (project / "test_till.py").read_text().count("def test_") == count - 1)


def test_cancelling_stops_the_work_on_the_server(window: Open, key: str, assistant: Assistant) -> None:
    shown = window(budget=60)
    shown.lens().first.click(timeout=PATIENCE_MS)
    shown.give_key(key)
    until(lambda: assistant.busy == 1)
    notice = shown.notice("Tests for till.py")
    notice.hover()
    notice.get_by_role("button", name="Cancel").click()
    began = time.monotonic()
    until(lambda: assistant.busy == 0, 10)
    assert time.monotonic() - began < 3
    expect(shown.page.locator(".statusbar-item", has_text="Stopped")).to_be_visible(timeout=PATIENCE_MS)


def test_a_wrong_key_is_said_and_another_can_be_entered(window: Open, key: str) -> None:
    shown = window()
    shown.lens().first.click(timeout=PATIENCE_MS)
    shown.give_key(WRONG_KEY)
    notice = shown.notice("does not accept the API key")
    notice.get_by_role("button", name="Set API key").click()
    shown.give_key(key)
    shown.tab("test_till.py: proposed tests").wait_for(timeout=PATIENCE_MS)


def test_a_syntax_error_in_an_unsaved_buffer_is_marked(window: Open, key: str, project: Path) -> None:
    shown = window()
    shown.command("MoE Assistant: Set API Key")
    shown.give_key(key)
    shown.notice("stored")
    shown.replace_all("def broken(:\n")
    shown.command("MoE Assistant: Generate Tests for This File")
    shown.notice("Syntax error in line 1, column 12")
    assert (project / "till.py").read_text() == TILL


def test_a_workspace_that_is_not_trusted_does_not_choose_the_address(window: Open, project: Path, key: str) -> None:
    (project / ".vscode").mkdir()
    (project / ".vscode" / "settings.json").write_text('{"moeAssistant.endpoint": "https://evil.example.com"}')
    shown = window(trust=False)
    shown.lens().first.click(timeout=PATIENCE_MS)
    box = shown.page.locator(".quick-input-widget")
    box.locator("input[type=password]").first.wait_for(timeout=PATIENCE_MS)
    expect(box).to_contain_text("API key for http://127.0.0.1")


def test_a_server_that_is_down_is_said_to_be_down(window: Open, key: str) -> None:
    shown = window(endpoint="http://127.0.0.1:9")
    shown.lens().first.click(timeout=PATIENCE_MS)
    shown.give_key(key)
    notice = shown.notice("http://127.0.0.1:9 does not answer")
    expect(notice.get_by_role("button", name="Open settings")).to_be_visible()
    expect(notice.get_by_role("button", name="Try again")).to_be_visible()


@pytest.mark.slow
class TestMore:
    """The other journeys."""

    def test_what_is_typed_and_not_saved_is_what_is_tested(self, window: Open, key: str, project: Path) -> None:
        shown = window()
        expect(shown.lens()).to_have_count(1, timeout=PATIENCE_MS)
        shown.replace_all("def twice(n: int) -> int: return n * 2\n")
        shown.command("MoE Assistant: Generate Tests for This File")
        shown.give_key(key)
        shown.tab("test_till.py: proposed tests").wait_for(timeout=PATIENCE_MS)
        shown.title_action("Accept Proposed Tests")
        until((project / "test_till.py").exists)
        until(lambda: "import twice" in (project / "test_till.py").read_text())
        assert (project / "till.py").read_text() == TILL

    @pytest.mark.parametrize(("language", "words"), [("", "does not hold for number="), ("zh-cn", "不成立")])
    def test_a_law_that_was_refuted_stands_in_the_problems_view(
        self, window: Open, key: str, project: Path, monkeypatch: pytest.MonkeyPatch, language: str, words: str
    ) -> None:
        far_numbers_are_not_searched(monkeypatch)
        (project / "requirements.txt").write_text("hypothesis\n")
        (project / "far.py").write_text(FAR)
        shown = window("far.py", language=language)
        lens = shown.lens("生成测试" if language else "Generate tests")
        expect(lens).to_have_count(2, timeout=PATIENCE_MS)
        shown.command("MoE Assistant: 为此文件生成测试" if language else "MoE Assistant: Generate Tests for This File")
        shown.give_key(key)
        shown.tab("test_far.py").wait_for(timeout=PATIENCE_MS)
        row = shown.problems().filter(has_text="test_normalize_twice_is_normalize_once")
        expect(row).to_contain_text(words, timeout=PATIENCE_MS)

    def test_something_else_at_the_address_is_said_to_be_something_else(
        self, window: Open, key: str, code: Code
    ) -> None:
        shown = window(endpoint=code.url)
        shown.lens().first.click(timeout=PATIENCE_MS)
        shown.give_key(key)
        shown.notice("is not the assistant")

    def test_too_many_requests_say_when_to_come_back(self, window: Open, key: str, hurried: Assistant) -> None:
        shown = window(endpoint=hurried.url)
        shown.lens().first.click(timeout=PATIENCE_MS)
        shown.give_key(key)
        shown.tab("test_till.py: proposed tests").wait_for(timeout=PATIENCE_MS)
        shown.title_action("Reject Proposed Tests")
        expect(shown.tab("test_till.py: proposed tests")).to_have_count(0, timeout=PATIENCE_MS)
        shown.command("MoE Assistant: Generate Tests for This File")
        shown.notice(re.compile(r"busy. Try again in \d+ s"))

    def test_plain_http_to_another_machine_is_refused_before_a_key_is_asked_for(self, window: Open) -> None:
        shown = window(endpoint="http://assistant.example.com")
        shown.lens().first.click(timeout=PATIENCE_MS)
        shown.notice("unencrypted to assistant.example.com")

    def test_a_key_is_asked_for_once_and_forgotten_when_told(self, window: Open, key: str) -> None:
        shown = window()
        generate(shown, key)
        shown.title_action("Reject Proposed Tests")
        expect(shown.tab("test_till.py: proposed tests")).to_have_count(0, timeout=PATIENCE_MS)
        # in front is now what is suspected: the command means the source of those tests
        shown.command("MoE Assistant: Generate Tests for This File")
        shown.tab("test_till.py: proposed tests").wait_for(timeout=PATIENCE_MS)
        expect(shown.tabs("test_till_suspected.py: proposed tests")).to_have_count(1)
        shown.command("MoE Assistant: Forget API Key")
        shown.notice("forgotten")
        shown.tab("till.py").click()
        shown.command("MoE Assistant: Generate Tests for This File")
        expect(shown.page.locator(".quick-input-widget input[type=password]").first).to_be_visible(timeout=PATIENCE_MS)

    def test_no_key_given_is_no_request(self, window: Open, assistant: Assistant) -> None:
        shown = window()
        shown.lens().first.click(timeout=PATIENCE_MS)
        shown.page.locator(".quick-input-widget input[type=password]").first.wait_for(timeout=PATIENCE_MS)
        shown.page.keyboard.press("Escape")
        shown.notice("No API key is stored")
        assert assistant.busy == 0

    @pytest.mark.parametrize("name", list(PROGRAMS))
    def test_other_languages_get_tests_that_can_be_accepted(
        self, window: Open, key: str, project: Path, name: str
    ) -> None:
        text, proposed, expected = PROGRAMS[name]
        (project / name).write_text(text)
        shown = window(name, budget=3)
        shown.lens().first.click(timeout=PATIENCE_MS)
        shown.give_key(key)
        shown.tab(f"{proposed}: proposed tests").wait_for(timeout=PATIENCE_MS)
        shown.title_action("Accept Proposed Tests")
        until((project / proposed).exists)
        until(lambda: expected in (project / proposed).read_text())

    def test_a_file_of_jest_tests_is_added_to(self, window: Open, key: str, project: Path) -> None:
        text, proposed, _ = PROGRAMS["till.js"]
        (project / "till.js").write_text(text)
        ours = 'const { net } = require("./till");\n\nit("is ours", () => {\n  expect(net(1, 1)).toBe(0);\n});\n'
        (project / proposed).write_text(ours)
        shown = window("till.js", budget=3)
        shown.lens().first.click(timeout=PATIENCE_MS)
        shown.give_key(key)
        shown.tab(f"{proposed}: proposed tests").wait_for(timeout=PATIENCE_MS)
        shown.title_action("Accept Proposed Tests")
        until(lambda: '\nit("net ' in (project / proposed).read_text())  # flat, as the file is
        added = (project / proposed).read_text()
        assert added.startswith(ours.rstrip())
        assert added.count("require(") == 1

    def test_tests_do_not_run_here_in_a_workspace_that_is_not_trusted(
        self, window: Open, project: Path, key: str
    ) -> None:
        (project / "conftest.py").write_text(RAN)
        shown = window(trust=False, python=sys.executable)
        generate(shown, key)
        shown.title_action("Accept Proposed Tests")
        until((project / "test_till.py").exists)
        shown.command("Test: Run All Tests")
        asked = shown.page.locator(".monaco-dialog-box", has_text="Running tests may execute code")
        asked.wait_for(timeout=PATIENCE_MS)
        assert not (project / "ran").exists()
        asked.get_by_role("button", name="Trust Folder").click()  # the run that was asked for goes on
        until((project / "ran").exists)
        count = (project / "test_till.py").read_text().count("def test_")
        assert (project / "ran").read_text() == f"{count} tests, exit status 0"

    def test_an_address_of_a_trusted_workspace_does_not_get_the_key_of_another(
        self, window: Open, project: Path, key: str, hurried: Assistant
    ) -> None:
        own = project / ".vscode" / "settings.json"
        own.parent.mkdir()
        own.write_text("{}")  # the editor may miss a file that comes with its folder
        shown = window()
        shown.command("MoE Assistant: Set API Key")
        shown.give_key(key)
        shown.notice("stored")
        own.write_text(f'{{"moeAssistant.endpoint": "{hurried.url}"}}')
        box = shown.page.locator(".quick-input-widget")

        def asked() -> bool:
            """Ask for tests; the editor may take a while to hear of a file that was written beside it."""
            shown.page.wait_for_timeout(3000)
            shown.command("MoE Assistant: Generate Tests for This File")
            shown.page.wait_for_timeout(3000)
            return box.locator("input[type=password]").first.is_visible()

        until(asked)
        expect(box).to_contain_text(hurried.url)

    def test_the_interface_is_chinese_where_the_editor_is(self, window: Open, key: str) -> None:
        shown = window(language="zh-cn")
        shown.lens("生成测试").first.click(timeout=PATIENCE_MS)
        shown.give_key(WRONG_KEY)
        shown.notice("不接受该 API 密钥")

    def test_a_file_of_tests_is_added_to(self, window: Open, project: Path, key: str) -> None:
        ours = "import os\n\n\ndef test_ours():\n    assert os\n"
        (project / "tests").mkdir()
        (project / "tests" / "test_till.py").write_text(ours)
        shown = window()
        generate(shown, key)
        shown.title_action("Accept Proposed Tests")
        until(lambda: "net(" in (project / "tests" / "test_till.py").read_text())
        kept = iter((project / "tests" / "test_till.py").read_text().splitlines())
        assert all(line in kept for line in ours.splitlines())

    def test_first_tests_of_a_module_take_the_fixtures_of_the_project(
        self, window: Open, project: Path, key: str
    ) -> None:
        """No number that could be guessed makes an account; the project's conftest.py knows one."""
        (project / "account.py").write_text(ACCOUNT)
        (project / "tests").mkdir()
        (project / "tests" / "conftest.py").write_text(f"{RAN}\n\n{FIXTURE}")
        shown = window("account.py", budget=3, python=sys.executable)
        shown.lens().first.wait_for(timeout=PATIENCE_MS)
        shown.command("MoE Assistant: Generate Tests for This File")
        shown.give_key(key)
        shown.tab("test_account.py: proposed tests").wait_for(timeout=PATIENCE_MS)
        shown.title_action("Accept Proposed Tests")
        written = project / "tests" / "test_account.py"
        until(written.exists)
        until(lambda: "(account):\n    assert account.pay_in(" in written.read_text())
        shown.command("Test: Run All Tests")
        until((project / "tests" / "ran").exists)
        count = written.read_text().count("def test_")
        assert (project / "tests" / "ran").read_text() == f"{count} tests, exit status 0"

    def test_a_conftest_that_the_server_cannot_use_is_told_in_the_problems_view(
        self, window: Open, project: Path, key: str
    ) -> None:
        (project / "conftest.py").write_text("import nowhere_to_be_had\n")
        shown = window()
        generate(shown, key)
        row = shown.problems().filter(has_text="conftest.py")
        expect(row).to_contain_text("No module named 'nowhere_to_be_had'", timeout=PATIENCE_MS)
        shown.title_action("Accept Proposed Tests")
        until((project / "test_till.py").exists)

    def test_what_tests_lack_is_a_diff_against_them_and_each_can_be_accepted(
        self, window: Open, project: Path, key: str
    ) -> None:
        """The server runs the tests of the project, which need their fixture, and tells what they covered."""
        ours = "from till import net\n\n\ndef test_ours(price):\n    assert net(price, 4.0) == 6.0\n"
        tests = project / "tests" / "test_till.py"
        tests.parent.mkdir()
        tests.write_text(ours)
        tests.with_name("conftest.py").write_text("import pytest\n\n\n@pytest.fixture\ndef price():\n    return 10.0\n")
        (project / "till.py").write_text(f"{TILL}\n\ndef half(n: int) -> int:\n    return n // 2\n")
        shown = window(budget=3)
        expect(shown.lens()).to_have_count(2, timeout=PATIENCE_MS)
        shown.command("MoE Assistant: Generate Tests for This File")
        shown.give_key(key)
        shown.tab("test_till.py: proposed tests").wait_for(timeout=PATIENCE_MS)
        shown.notice(re.compile(r"Before: [1-9]\d %"))
        sides = shown.page.locator(".monaco-diff-editor .view-lines", has_text="test_ours")
        expect(sides).to_have_count(2, timeout=PATIENCE_MS)
        sides.last.locator(".view-line", has_text=re.compile(r"def.test_(?!ours)")).first.click()
        shown.command("MoE Assistant: Accept This Test")
        until(lambda: tests.read_text().count("def test_") == 2)
        first = tests.read_text()
        kept = iter(first.splitlines())
        assert all(line in kept for line in ours.splitlines())
        compile(first, "test_till.py", "exec")
        shown.title_action("Reject Proposed Tests")
        expect(shown.tab("test_till.py: proposed tests")).to_have_count(0, timeout=PATIENCE_MS)
        assert tests.read_text() == first

    def test_accepting_can_be_undone(self, window: Open, project: Path, key: str) -> None:
        (project / "test_till.py").write_text("X = 1\n")
        shown = window()
        generate(shown, key)
        shown.title_action("Accept Proposed Tests")
        until(lambda: "def test_" in (project / "test_till.py").read_text())
        # the file is written before it takes the place of the proposal on the screen; keys go to what is in front
        expect(shown.tab("test_till.py: proposed tests")).to_have_count(0, timeout=PATIENCE_MS)
        expect(shown.tab("test_till.py")).to_have_attribute("aria-selected", "true", timeout=PATIENCE_MS)
        shown.page.locator(".editor-instance .view-lines").first.click()
        shown.page.keyboard.press("Control+Z")
        shown.page.keyboard.press("Control+S")
        until(lambda: (project / "test_till.py").read_text() == "X = 1\n")

    def test_the_light_bulb_offers_tests(self, window: Open) -> None:
        shown = window()
        shown.lens().first.wait_for(timeout=PATIENCE_MS)
        shown.page.locator(".editor-instance .view-line").first.click()
        shown.page.keyboard.press("Control+.")
        expect(shown.page.locator(".action-widget", has_text="Generate unit tests for net")).to_be_visible(
            timeout=PATIENCE_MS
        )

    def test_the_context_menu_offers_tests(self, window: Open) -> None:
        shown = window()
        shown.lens().first.wait_for(timeout=PATIENCE_MS)
        shown.page.locator(".editor-instance .view-line").first.click(button="right")
        expect(shown.page.get_by_role("menuitem", name="Generate Tests").first).to_be_visible(timeout=PATIENCE_MS)

    def test_accepted_tests_run_from_the_test_explorer(self, window: Open, project: Path, key: str) -> None:
        (project / "conftest.py").write_text(RAN)
        shown = window(python=sys.executable)
        generate(shown, key)
        shown.title_action("Accept Proposed Tests")
        until((project / "test_till.py").exists)
        shown.command("Test: Run All Tests")
        until((project / "ran").exists)
        count = (project / "test_till.py").read_text().count("def test_")
        assert (project / "ran").read_text() == f"{count} tests, exit status 0"
        shown.command("Testing: Focus on Test Explorer View")
        row = shown.page.locator(".test-explorer .monaco-list-row", has_text="test_till.py").first
        expect(row).to_be_visible(timeout=PATIENCE_MS)

    def test_accepted_jest_tests_run_by_the_jest_of_the_project(self, window: Open, project: Path, key: str) -> None:
        """The project's setup file tells of the run: Jest loads it before each file of tests."""
        text, proposed, _ = PROGRAMS["till.js"]
        (project / "till.js").write_text(text)
        told = "afterAll(() => require('fs').writeFileSync(__dirname + '/ran', expect.getState().testPath));"
        (project / "setup.js").write_text(told)
        (project / "package.json").write_text('{"jest": {"setupFilesAfterEnv": ["<rootDir>/setup.js"]}}')
        (project / "node_modules").symlink_to(CHECKOUT / "infra" / "jest" / "node_modules")
        shown = window("till.js", budget=3)
        shown.lens().first.click(timeout=PATIENCE_MS)
        shown.give_key(key)
        shown.tab(f"{proposed}: proposed tests").wait_for(timeout=PATIENCE_MS)
        shown.title_action("Accept Proposed Tests")
        until((project / proposed).exists)
        shown.command("Test: Run All Tests with Coverage")
        until((project / "ran").exists)
        assert (project / "ran").read_text() == str(project / proposed)
        shown.command("Testing: Focus on Test Explorer View")
        row = shown.page.get_by_role("treeitem", name=re.compile(rf"{re.escape(proposed)}.*Passed")).first
        expect(row).to_be_visible(timeout=PATIENCE_MS)

    def test_without_lenses_when_set_so(self, window: Open) -> None:
        shown = window(codeLens=False)
        shown.page.wait_for_timeout(4000)
        expect(shown.lens()).to_have_count(0)


def test_the_key_is_in_no_setting_and_no_log(window: Open, key: str, code: Code, project: Path) -> None:
    """After a run that worked and one that failed: all that VS Code wrote to the disk, the extension's log too."""
    shown = window()
    generate(shown, key)
    shown.command("MoE Assistant: Show Log")
    expect(shown.page.locator(".output-view .view-lines")).to_contain_text("/api/v1/tests", timeout=PATIENCE_MS)
    shown.command("MoE Assistant: Set API Key")
    shown.give_key(WRONG_KEY)
    shown.notice("stored")
    shown.tab("till.py").click()
    shown.command("MoE Assistant: Generate Tests for This File")
    shown.notice("does not accept the API key")
    until(lambda: "/api/v1/tests" in code.log and "401" in code.log)
    looked = set()
    for place in (code.folder, project):
        for path in place.rglob("*"):
            if path.is_file() and "extensions" not in path.parts:
                looked.add(path.name)
                data = path.read_bytes()
                assert key.encode() not in data, path
                assert WRONG_KEY.encode() not in data, path
    assert {"settings.json", "remoteexthost.log"} <= looked
    assert any("MoE Assistant" in name for name in looked)
    assert key not in shown.page.locator(".monaco-workbench").inner_text()
