import io

import pytest

from inference.catalog.progress import Bars, Lines, Silent, reporter_for

MIB = 2**20


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_log_gets_a_line_at_the_start_and_at_the_end_of_a_stage() -> None:
    log = io.StringIO()
    with Lines(log).stage("model: converting", 5 * MIB) as advance:
        advance(5 * MIB)
    assert log.getvalue().splitlines()[0] == "model: converting (5 MiB)"
    assert log.getvalue().splitlines()[-1].startswith("model: converting: done in")


def test_a_log_is_not_flooded() -> None:
    log = io.StringIO()
    with Lines(log).stage("model", 1000) as advance:
        for _ in range(1000):
            advance(1)
    assert len(log.getvalue().splitlines()) == 2


def test_a_long_stage_says_how_far_it_is_and_how_fast() -> None:
    log = io.StringIO()
    with Lines(log, every_seconds=0).stage("model", 4 * MIB) as advance:
        advance(MIB)
    assert "model: 1 of 4 MiB" in log.getvalue()
    assert "MiB/s" in log.getvalue()


def test_a_terminal_gets_bars_with_the_title_and_the_bytes() -> None:
    terminal = Terminal()
    bars = reporter_for(terminal)
    assert isinstance(bars, Bars)
    with bars.stage("model: converting", 4 * MIB) as advance:
        advance(4 * MIB)
    assert "model: converting" in terminal.getvalue()
    assert "4.2/4.2 MB" in terminal.getvalue()


def test_anything_that_is_no_terminal_gets_lines() -> None:
    assert isinstance(reporter_for(io.StringIO()), Lines)


def test_silence_takes_the_same_calls(capsys: pytest.CaptureFixture[str]) -> None:
    quiet = Silent()
    with quiet.stage("model", 1) as advance:
        advance(1)
    quiet.note("nobody hears this")
    assert capsys.readouterr() == ("", "")
