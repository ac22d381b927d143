import io
from pathlib import Path

import pytest
from rich.console import Console

from assistant.config.supervisor.screen import Screen


def _screen(*, terminal: bool = False) -> tuple[Screen, io.StringIO]:
    written = io.StringIO()
    return Screen(Console(file=written, force_terminal=terminal, width=100)), written


def test_a_stage_ends_in_one_line_with_its_seconds() -> None:
    screen, written = _screen()
    with screen.live(), screen.stage("database"):
        pass
    assert written.getvalue().strip().splitlines() == ["✓ database  0.0 s"]


def test_a_failed_stage_is_marked_and_the_error_goes_on() -> None:
    screen, written = _screen()
    with pytest.raises(ValueError, match="why"), screen.live(), screen.stage("index"):
        raise ValueError("why")
    assert "✗ index" in written.getvalue()


def test_on_a_terminal_a_running_stage_shows_what_its_child_says(tmp_path: Path) -> None:
    screen, written = _screen(terminal=True)
    log = tmp_path / "pull.log"
    log.write_text("10 %\r 50 % of 491 MB", encoding="utf-8")
    with screen.live(), screen.stage("model", log):
        screen.follow()
        screen.refresh()
    assert "50 % of 491 MB" in written.getvalue()
    assert "10 %" not in written.getvalue()
