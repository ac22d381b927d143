"""The report of an exploration is untrusted: what fits is taken, line by line, whatever comes between."""

from __future__ import annotations

import json
import threading

import pytest

from domains.codegen.engine.contracts import Contracts
from domains.codegen.engine.errors import SourceEndless
from domains.codegen.engine.exploring import Explored, Listener, Row, explore, library, program, sources, unfinished
from domains.codegen.engine.types import Options, Project
from sandbox import Outcome, Sandbox
from sandbox.types import Ending


class Ears:
    """Notes what a listener tells."""

    def __init__(self) -> None:
        self.progress: list[tuple[str, int, int]] = []
        self.missed: list[list[int]] = []
        self.listener = Listener(lambda *told: self.progress.append(told), self.missed.append)

    def hear(self, *lines: object) -> None:
        for line in lines:
            self.listener.hear(json.dumps(line).encode() + b"\n")


def test_progress_lines_and_the_result_are_told_apart() -> None:
    ears = Ears()
    ears.hear({"progress": "search", "done": 1, "of": 3}, {"missed": [4, 7]}, {"result": {"mutants": 2}})
    assert ears.progress == [("search", 1, 3)]
    assert ears.missed == [[4, 7]]
    assert ears.listener.result == {"mutants": 2}


def test_a_line_may_come_in_pieces() -> None:
    ears = Ears()
    for piece in (b'{"missed"', b": [1, ", b"2]}", b'\n{"progress": "gate",', b' "done": 0, "of": 0}\n'):
        ears.listener.hear(piece)
    assert (ears.missed, ears.progress) == ([[1, 2]], [("gate", 0, 0)])


@pytest.mark.parametrize(
    "line",
    [
        [1],
        "text",
        {"missed": "all"},
        {"progress": 7, "done": 1, "of": 1},
        {"progress": "search", "done": "1", "of": 1},
        {"result": "done"},
        {"else": 1},
    ],
)
def test_what_does_not_fit_is_not_heard(line: object) -> None:
    ears = Ears()
    ears.hear(line)
    assert (ears.progress, ears.missed, ears.listener.result) == ([], [], None)


def test_only_numbers_count_as_lines_and_only_so_many() -> None:
    ears = Ears()
    ears.hear({"missed": [1, "2", None, 3]}, {"missed": list(range(9000))})
    assert ears.missed[0] == [1, 3]
    assert len(ears.missed[1]) == 500


def test_what_is_no_json_is_passed_over() -> None:
    ears = Ears()
    ears.listener.hear(b"\xff\xfe not json\n")
    ears.hear({"missed": [1]})
    assert ears.missed == [[1]]


def test_the_programs_inside_bring_all_that_they_import() -> None:
    files = library()
    assert {f"lib/domains/codegen/engine/inside/{name}.py" for name in ("explore", "trial", "gate")} <= set(files)
    assert files["lib/domains/__init__.py"] == b""
    assert not any("helping" in name for name in files)


def test_a_program_is_started_by_its_name() -> None:
    text = program("trial")[-1]
    compile(text, "<program>", "exec")
    assert text.endswith("from domains.codegen.engine.inside.trial import main; main()")


def test_files_of_the_project_lie_under_src() -> None:
    assert sources(Project({"a/b.py": b"x"}, "a/b.py")) == {"src/a/b.py": b"x"}


def test_rows_can_be_added_to_what_was_found() -> None:
    row = Row.model_validate({"scenario": {"symbol": "f", "steps": []}, "seen": [], "kills": 2})
    more = Explored().model_copy(update={"rows": [row]})
    assert [one.kills for one in more.rows] == [2]
    assert Explored().rows == []


def _ended(ending: Ending, seconds: float) -> Outcome:
    return Outcome(ending, -9 if ending == "signalled" else 0, b"", b"", b"", seconds, 0)


@pytest.mark.parametrize(
    ("ending", "seconds", "endless"),
    [("timeout", 3.0, True), ("signalled", 10.0, True), ("signalled", 3.0, False), ("exited", 10.0, False)],
)
def test_a_program_that_used_up_its_time_is_told_from_one_that_broke_off(
    ending: Ending, seconds: float, endless: bool
) -> None:
    error = unfinished(_ended(ending, seconds), Ears().listener, "a.py", "what it said", 10)
    assert isinstance(error, SourceEndless) == endless
    assert ("what it said" in str(error)) != endless


def test_what_is_done_about_it_depends_on_how_far_it_came() -> None:
    ears = Ears()
    loading = unfinished(_ended("timeout", 9.0), ears.listener, "a.py", "")
    ears.hear({"progress": "search", "done": 0, "of": 1})
    searching = unfinished(_ended("timeout", 9.0), ears.listener, "a.py", "")
    assert "into a function" in str(loading)
    assert "symbols" in str(searching)


def test_a_module_whose_import_has_no_end_is_told() -> None:
    project = Project({"loop.py": b"while True:\n    pass\n\n\ndef f(n: int) -> int:\n    return n\n"}, "loop.py")
    with pytest.raises(SourceEndless, match=r"loop\.py had not finished loading"):
        explore(Sandbox(), project, Contracts(()), Options((), 0.5), lambda *_told: None, threading.Event())
