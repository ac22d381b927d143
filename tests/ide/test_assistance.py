"""The code assistant in a real VS Code: an explanation, changes as diffs, a failing test that is fixed, completion."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.functional.test_code_assistant import JAVA, JAVA_TEST, JS, JS_TEST
from tests.functional.test_language_server_code import FIXED, MONEY, OPINION, TEST
from tests.ide.conftest import TILL, Open
from tests.ide.stand import Assistant
from tests.ide.test_journeys import until
from tests.ide.window import PATIENCE_MS, Window

Answering = Callable[..., Assistant]
BODY = "    return max(price - rebate, 0.0)"
EDITED = f"```python\n{BODY}\n```"


def select(window: Window, first: int, last: int) -> None:
    """Select whole lines, counted from 1, by keys."""
    window.page.locator(".editor-instance .view-lines").first.click()
    window.page.keyboard.press("Control+Home")
    for _ in range(first - 1):
        window.page.keyboard.press("ArrowDown")
    for _ in range(last - first + 1):
        window.page.keyboard.press("Shift+ArrowDown")


def ask_for_edit(window: Window, key: str) -> None:
    """Select the last three lines and say what shall change."""
    window.lens().first.wait_for(timeout=PATIENCE_MS)
    select(window, 10, 12)
    window.command("MoE Assistant: Edit Selection with an Instruction")
    box = window.page.locator(".quick-input-widget input[type=text]").first
    expect(window.page.locator(".quick-input-widget")).to_contain_text("Change lines 10 to 12", timeout=PATIENCE_MS)
    box.fill("use max")
    box.press("Enter")
    window.give_key(key)
    window.tab("till.py: proposed change").wait_for(timeout=PATIENCE_MS)


def test_an_edit_is_a_diff_and_accepting_writes_it(window: Open, key: str, project: Path, answering: Answering) -> None:
    shown = window(endpoint=answering(EDITED).url)
    ask_for_edit(shown, key)
    assert (project / "till.py").read_text() == TILL
    shown.title_action("Accept Proposed Change")
    until(lambda: BODY in (project / "till.py").read_text())
    assert "if rebate > price" not in (project / "till.py").read_text()


@pytest.mark.slow
def test_a_rejected_edit_leaves_the_file_as_it_was(window: Open, key: str, project: Path, answering: Answering) -> None:
    shown = window(endpoint=answering(EDITED).url)
    ask_for_edit(shown, key)
    shown.title_action("Reject Proposed Change")
    expect(shown.tab("till.py: proposed change")).to_have_count(0, timeout=PATIENCE_MS)
    assert (project / "till.py").read_text() == TILL


@pytest.mark.slow
def test_what_was_typed_meanwhile_is_not_overwritten(
    window: Open, key: str, project: Path, answering: Answering
) -> None:
    shown = window(endpoint=answering(EDITED).url)
    ask_for_edit(shown, key)
    (project / "till.py").write_text(f"{TILL}\nMORE = 1\n")
    expect(shown.page.locator(".view-lines", has_text="MORE").first).to_be_visible(timeout=PATIENCE_MS)
    shown.title_action("Accept Proposed Change")
    shown.notice("has changed since")
    assert (project / "till.py").read_text() == f"{TILL}\nMORE = 1\n"


@pytest.mark.slow
def test_an_explanation_stands_beside_the_code(window: Open, key: str, answering: Answering) -> None:
    shown = window(endpoint=answering("It takes the `rebate` off, and `nett` is unknown.").url)
    shown.lens().first.wait_for(timeout=PATIENCE_MS)
    select(shown, 10, 12)
    shown.command("MoE Assistant: Explain Selection")
    shown.give_key(key)
    page = shown.page.locator(".editor-instance", has_text="takes").first
    expect(page).to_contain_text(re.compile(r"Not.found.in.the.code.that.was.sent:.nett"), timeout=PATIENCE_MS)


JS_FIXED = "```\nconst cents = (amount) => Math.round(amount * 100);\n```"
JAVA_FIXED = "```\nstatic int cents(int amount) {\n  return amount * 100;\n}\n```"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("source", "broken", "test_file", "test", "line", "said", "mended"),
    [
        ("money.py", MONEY, "tests/test_money.py", TEST, 5, [FIXED] * 3, "round(amount * 100)"),
        ("money.js", JS, "money.test.js", JS_TEST, 4, [JS_FIXED] * 3, "Math.round(amount * 100)"),
        (
            "src/main/java/shop/Money.java", f"package shop;\n{JAVA}",
            "src/test/java/shop/MoneyTest.java", f"package shop;\n{JAVA_TEST}",
            9, [OPINION, JAVA_FIXED], "return amount * 100;",
        ),
    ],
    ids=["pytest", "Jest", "JUnit"],
)  # fmt: skip
def test_a_failing_test_is_fixed_where_the_code_is_wrong(
    window: Open,
    key: str,
    project: Path,
    answering: Answering,
    source: str,
    broken: str,
    test_file: str,
    test: str,
    line: int,
    said: list[str],
    mended: str,
) -> None:
    """Nothing promises what the Java code does: what is wrong there is the model's opinion."""
    for name, text in ((source, broken), (test_file, test)):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text)
    shown = window(test_file, endpoint=answering(*said).url)
    select(shown, line, line)
    shown.page.keyboard.press("ArrowLeft")
    shown.command("MoE Assistant: Fix This Failing Test")
    shown.give_key(key)
    shown.notice(re.compile(r"The code seems wrong.*5 of 5"))
    shown.tab(f"{source}: proposed change").wait_for(timeout=PATIENCE_MS)
    shown.title_action("Accept Proposed Change")
    until(lambda: mended in (project / source).read_text())
    assert (project / test_file).read_text() == test


@pytest.mark.slow
def test_without_a_model_it_is_said_that_tests_still_work(window: Open, key: str, assistant: Assistant) -> None:
    shown = window(endpoint=assistant.url)
    shown.lens().first.wait_for(timeout=PATIENCE_MS)
    shown.command("MoE Assistant: Explain Selection")
    shown.give_key(key)
    notice = shown.notice("The model is starting or away")
    expect(notice.get_by_role("button", name="Try again")).to_be_visible()


@pytest.mark.slow
def test_a_completion_is_offered_when_the_setting_says_so(
    window: Open, key: str, project: Path, answering: Answering
) -> None:
    shown = window(endpoint=answering(*["return price - rebate"] * 20).url, completion=True)
    shown.command("MoE Assistant: Set API Key")
    shown.give_key(key)
    shown.notice("stored")
    shown.type_at_end("\ndef less(price, rebate):\n")
    expect(shown.page.locator(".ghost-text, .ghost-text-decoration").first).to_be_visible(timeout=PATIENCE_MS)
    shown.page.keyboard.press("Tab")

    def saved() -> bool:
        """Saved again until it is: what Tab takes comes a moment later."""
        shown.page.keyboard.press("Control+S")
        return (project / "till.py").read_text().rstrip().endswith("):\n    return price - rebate")

    until(saved)
    assert "def less" in (project / "till.py").read_text()
