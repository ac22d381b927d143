"""The child that parses, in the sandbox and outside it."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from time import monotonic

import pytest

from retrieval.config import LoaderLimits
from retrieval.errors import ParserUnavailable, UnreadableDocument
from retrieval.loaders import children
from retrieval.loaders.child import HEADER
from retrieval.loaders.children import BoxedChild, Child, LimitedChild, Lost, read, start, write
from retrieval.loaders.isolated import ChildLimits, IsolatedParser
from sandbox import Sandbox, SandboxUnavailable

MEMORY = 2 << 30
LIMITS = LoaderLimits()


def soon() -> float:
    return monotonic() + 30


@pytest.fixture(scope="module")
def boxed() -> Iterator[Child]:
    made = start(MEMORY, Sandbox())
    yield made
    made.end()


@pytest.fixture
def without_sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine where the sandbox does not hold."""

    def refuse(self: Sandbox) -> None:
        raise SandboxUnavailable("bubblewrap is not installed: install it.")

    monkeypatch.setattr(Sandbox, "check", refuse)
    children._holds.cache_clear()
    children._warn.cache_clear()
    yield
    children._holds.cache_clear()
    children._warn.cache_clear()


def asked(child: Child, name: str, data: bytes) -> dict[str, object]:
    request = {"filename": name, "limits": asdict(LIMITS), "name": name, "size": len(data)}
    write(child, json.dumps(request).encode() + b"\n" + data, soon())
    (length,) = HEADER.unpack(read(child, HEADER.size, soon()))
    answer: dict[str, object] = json.loads(read(child, length, soon()))
    return answer


def test_here_the_parser_works_inside_the_sandbox(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("thirty days")
    parser = IsolatedParser(ChildLimits(memory=MEMORY))
    try:
        assert not parser.sandboxed
        assert parser(path, "a.txt", LIMITS).sections[0].text == "thirty days"
        assert parser.sandboxed
    finally:
        parser.close()


def test_bytes_are_handed_over_and_the_document_comes_back(boxed: Child) -> None:
    answer = asked(boxed, "说明 1.txt", "三十天".encode())
    assert '"text": "三十天"' in json.dumps(answer["document"], ensure_ascii=False)


def test_what_one_document_left_is_gone_before_the_next(boxed: Child) -> None:
    asked(boxed, "first.txt", b"secret")
    asked(boxed, "second.txt", b"words")
    root = Path(f"/proc/{_innermost(boxed.pid)}/root/tmp/document")
    assert [path.name for path in root.iterdir()] == ["second.txt"]


def test_neither_data_nor_secrets_of_the_checkout_can_be_seen(boxed: Child) -> None:
    root = Path(f"/proc/{_innermost(boxed.pid)}/root")
    seen = {path.name for path in Path(f"{root}{children._ROOT}").iterdir()}
    assert seen - {".venv"} == {"retrieval", "sandbox"}  # the libraries may lie in the checkout, as `make run` has them
    assert not Path(f"{root}/etc/passwd").exists()


def test_the_child_gives_way_to_those_who_answer_questions(boxed: Child) -> None:
    assert os.getpriority(os.PRIO_PROCESS, _innermost(boxed.pid)) >= 10


def test_without_a_sandbox_documents_are_read_and_the_operator_is_warned_once(
    without_sandbox: None, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("thirty days")
    parser = IsolatedParser(ChildLimits(memory=MEMORY, documents=1))
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            assert parser(path, "a.txt", LIMITS).sections[0].text == "thirty days"
    assert not parser.sandboxed
    parser.close()
    (warning,) = [record.message for record in caplog.records if "WITHOUT a sandbox" in record.message]
    assert "bubblewrap is not installed" in warning
    assert "python -m sandbox" in warning


def test_a_sandbox_that_cannot_be_built_for_the_child_falls_back(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(children, "_folders", lambda: (Path("/no/such/folder"),))
    children._warn.cache_clear()
    child = start(MEMORY, Sandbox())
    child.end()
    assert isinstance(child, LimitedChild)
    assert "/no/such/folder" in caplog.text


def test_a_child_that_does_not_start_is_no_document_s_fault(
    without_sandbox: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(children, "_environment", lambda: {"PYTHONPATH": "/nowhere", "PYTHONHOME": "/nowhere"})
    with pytest.raises(ParserUnavailable, match="does not start"):
        start(MEMORY)


def test_a_child_that_does_not_answer_in_time_is_given_up(boxed: Child) -> None:
    with pytest.raises(TimeoutError):
        read(boxed, 1, monotonic() + 0.05)


def test_a_child_that_has_ended_is_lost() -> None:
    child = BoxedChild(Sandbox(), MEMORY)
    read(child, 1, soon())
    os.kill(_innermost(child.pid), 9)
    with pytest.raises(Lost):
        read(child, 1, soon())
    with pytest.raises(Lost):
        write(child, b"x" * 7_000_000, soon())
    assert child.end() == -9


def test_progress_moves_the_deadline_but_not_beyond_the_last(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("x")
    parser = IsolatedParser(ChildLimits(seconds=30, most_seconds=0.3, memory=MEMORY))
    monkeypatch.setattr("retrieval.loaders.isolated._answer", _slow)
    with pytest.raises(UnreadableDocument) as caught:
        parser(path, "a.txt", LIMITS)
    assert (caught.value.code, caught.value.detail["limit"]) == ("timeout", "0.3 s")


def _slow(child: Child, deadline: float) -> dict[str, int]:
    if monotonic() > deadline:
        raise TimeoutError
    return {"reading": 1}


def _innermost(pid: int) -> int:
    """The child's own number: bubblewrap stands above it, and the namespace's init."""
    while children_of := Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        pid = int(children_of[0])
    return pid
