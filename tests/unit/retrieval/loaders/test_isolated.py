from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval.config import LoaderLimits
from retrieval.errors import UnknownFormat, UnreadableDocument
from retrieval.ingest import parse_here
from retrieval.loaders import children
from retrieval.loaders.isolated import ChildLimits, IsolatedParser
from retrieval.types import ParsedDocument

LIMITS = LoaderLimits()
MIB = 1024 * 1024
HOSTILE = """
import os, time
from pathlib import Path
from retrieval.types import ParsedDocument, Section

class HostileLoader:
    def __init__(self, limits):
        pass

    def load(self, path):
        exec(path.read_text())
        return ParsedDocument("read", (Section("text"),))
"""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a `sitecustomize` that gives the child a loader which runs the file."""
    folder = tmp_path_factory.mktemp("hostile")
    folder.chmod(0o755)  # in the sandbox another user reads it
    (folder / "hostile_loader.py").write_text(HOSTILE)
    (folder / "sitecustomize.py").write_text(
        "import retrieval.loaders\nretrieval.loaders.LOADERS['.evil'] = 'hostile_loader:HostileLoader'\n"
    )
    return folder


@pytest.fixture
def parser(hostile: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[IsolatedParser]:
    monkeypatch.syspath_prepend(str(hostile))
    made = IsolatedParser(ChildLimits(seconds=20, memory=1024 * MIB))
    yield made
    made.close()


def evil(tmp_path: Path, program: str) -> Path:
    path = tmp_path / "a.evil"
    path.write_text(program)
    return path


def refused(parser: IsolatedParser, path: Path) -> UnreadableDocument:
    with pytest.raises(UnreadableDocument) as caught:
        parser(path, path.name, LIMITS)
    return caught.value


def test_a_child_reads_what_the_loader_reads(parser: IsolatedParser, tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("# 退款\n\n三十天内可以退款。\n\n| a | b |\n|---|---|\n| 1 | 2 |\n")
    assert parser(path, "a.md", LIMITS) == parse_here(path, "a.md", LIMITS)


def test_errors_come_back_with_code_message_and_facts(parser: IsolatedParser, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("long " * 100)
    with pytest.raises(UnreadableDocument) as caught:
        parser(path, "a.txt", LoaderLimits(characters=10))
    assert (caught.value.code, caught.value.detail["limit"]) == ("too_large", "10")
    with pytest.raises(UnknownFormat, match="no loader"):
        parser(path, "a.exe", LIMITS)


@pytest.mark.parametrize(
    ("program", "code"),
    [
        ("os._exit(7)", "crashed_parser"),
        ("os.kill(os.getpid(), 11)", "crashed_parser"),
        ("x = bytearray(4 << 30)", "too_large"),
        ("x = []\nwhile True: x.append(bytearray(1 << 24))", "too_large"),
        ("raise SystemExit(0)", "crashed_parser"),
        ("raise RuntimeError('a fault of ours')", "crashed_parser"),
    ],
)
def test_what_stops_a_parser_costs_that_document_alone(
    parser: IsolatedParser, tmp_path: Path, program: str, code: str
) -> None:
    assert refused(parser, evil(tmp_path, program)).code == code
    assert parser(evil(tmp_path, "pass"), "b.evil", LIMITS).title == "read"


def test_a_fault_in_a_loader_is_told_with_its_traceback(
    parser: IsolatedParser, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    refused(parser, evil(tmp_path, "raise RuntimeError('a fault of ours')"))
    assert "RuntimeError: a fault of ours" in caplog.text


def test_an_endless_parse_is_ended(hostile: Path, tmp_path: Path, parser: IsolatedParser) -> None:
    parser(evil(tmp_path, "pass"), "a.evil", LIMITS)  # the child is up: its start does not count
    parser._limits = ChildLimits(seconds=0.5)
    error = refused(parser, evil(tmp_path, "while True: pass"))
    assert (error.code, error.detail["limit"]) == ("timeout", "0.5 s")


def test_what_a_library_prints_is_no_answer(parser: IsolatedParser, tmp_path: Path) -> None:
    program = "print('{}' * 100)\nos.write(1, b'\\\\0' * 64)"
    assert parser(evil(tmp_path, program), "a.evil", LIMITS).title == "read"


def test_a_parser_cannot_write_files(parser: IsolatedParser, tmp_path: Path) -> None:
    target = tmp_path / "written"
    refused(parser, evil(tmp_path, f"Path({str(target)!r}).write_bytes(b'x')"))
    assert not target.exists() or target.stat().st_size == 0


def test_the_child_does_not_see_the_environment(
    parser: IsolatedParser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOUSE_SECRET", "planted")
    program = "if 'HOUSE_SECRET' in os.environ: os._exit(9)"
    assert parser(evil(tmp_path, program), "a.evil", LIMITS).title == "read"


def test_a_child_is_renewed_after_its_share_of_documents(tmp_path: Path, parser: IsolatedParser) -> None:
    parser._limits = ChildLimits(documents=2)
    pids = []
    for _ in range(3):
        parser(evil(tmp_path, "pass"), "a.evil", LIMITS)
        assert parser._child is not None
        pids.append(parser._child.pid)
    assert pids[0] == pids[1] != pids[2]


def test_closing_ends_the_child_and_the_next_call_starts_another(parser: IsolatedParser, tmp_path: Path) -> None:
    parser(evil(tmp_path, "pass"), "a.evil", LIMITS)
    child = parser._child
    assert child is not None
    parser.close()
    assert child.poll() is not None
    assert parser(evil(tmp_path, "pass"), "a.evil", LIMITS).title == "read"


EVIL = [
    ("os._exit(7)", "crashed_parser"),
    ("pass", "read"),
    ("raise RuntimeError('a fault of ours')", "crashed_parser"),
    ("pass", "read"),
    ("pass", "read"),
    ("x = bytearray(4 << 30)", "too_large"),
]


def told(outcome: ParsedDocument | UnreadableDocument) -> str:
    return outcome.code if isinstance(outcome, UnreadableDocument) else outcome.title


def test_files_read_in_a_row_are_each_read_or_refused_for_their_own_fault(parser: IsolatedParser) -> None:
    files = [(program.encode(), "a.evil") for program, _ in EVIL]
    assert [told(outcome) for outcome in parser.each(files, LIMITS)] == [expected for _, expected in EVIL]
    assert [told(outcome) for outcome in parser.each([(b"pass", "b.evil")], LIMITS)] == ["read"]


def test_files_in_a_row_give_what_they_give_alone(parser: IsolatedParser, tmp_path: Path) -> None:
    texts = [f"# Part {number}\n\n" + "word " * (20_000 if number == 2 else 20) for number in range(6)]
    files = [*((text.encode(), f"{number}.md") for number, text in enumerate(texts)), (b"", "empty.md")]
    alone = []
    for data, name in files[:-1]:
        (tmp_path / name).write_bytes(data)
        alone.append(parse_here(tmp_path / name, name, LIMITS))
    *read, empty = parser.each(files, LIMITS)
    assert read == alone
    assert told(empty) == "empty_file"
    assert told(next(parser.each([(b"long " * 100, "a.md")], LoaderLimits(bytes=10)))) == "too_large"


def test_the_file_behind_an_endless_one_has_its_own_time(parser: IsolatedParser) -> None:
    parser._limits = ChildLimits(seconds=20)
    list(parser.each([(b"pass", "a.evil")], LIMITS))  # the child is up: its start does not count
    parser._limits = ChildLimits(seconds=1.5)
    found = parser.each([(b"while True: pass", "a.evil"), (b"pass", "b.evil"), (b"pass", "c.evil")], LIMITS)
    assert [told(outcome) for outcome in found] == ["timeout", "read", "read"]


def test_who_stops_listening_does_not_leave_an_answer_for_the_next(parser: IsolatedParser) -> None:
    run = parser.each([(b"# One\n\ntext", "1.md"), (b"# Two\n\ntext", "2.md")], LIMITS)
    assert told(next(run)) == "One"
    run.close()
    assert [told(outcome) for outcome in parser.each([(b"# Three\n\ntext", "3.md")], LIMITS)] == ["Three"]


def test_a_run_longer_than_a_childs_share_goes_on_in_the_next(parser: IsolatedParser) -> None:
    parser._limits = ChildLimits(documents=2)
    files = [(f"# {number}\n\ntext".encode(), f"{number}.md") for number in range(7)]
    assert [told(outcome) for outcome in parser.each(files, LIMITS)] == [str(number) for number in range(7)]


def test_without_a_sandbox_files_in_a_row_are_read_where_they_lie(
    parser: IsolatedParser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(children, "_holds", lambda: False)
    files = [(program.encode(), "a.evil") for program, _ in EVIL[:4]]
    assert [told(outcome) for outcome in parser.each(files, LIMITS)] == [expected for _, expected in EVIL[:4]]
    assert not parser.sandboxed
