from __future__ import annotations

import hashlib
import multiprocessing
import time
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from retrieval.indexes.durable import exclusive, replace_text, sha256, sync_tree


def test_sha256_is_that_of_the_bytes(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"abc" * 1000)
    assert sha256(path) == hashlib.sha256(b"abc" * 1000).hexdigest()


def test_replace_text_leaves_the_new_text_and_nothing_beside(tmp_path: Path) -> None:
    path = tmp_path / "CURRENT"
    replace_text(path, "one")
    replace_text(path, "two")
    assert path.read_text() == "two"
    assert [entry.name for entry in tmp_path.iterdir()] == ["CURRENT"]


def test_a_failed_replacement_leaves_the_old_text(tmp_path: Path) -> None:
    path = tmp_path / "CURRENT"
    replace_text(path, "old")
    with pytest.raises(UnicodeEncodeError):
        replace_text(path, "\ud800")
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["CURRENT"]


def test_sync_tree_takes_nested_folders(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c").write_text("x")
    sync_tree(tmp_path)
    assert (tmp_path / "a" / "b" / "c").read_text() == "x"


def _hold(path: Path, held: Event) -> None:
    with exclusive(path):
        held.set()
        time.sleep(30)


def test_a_dead_process_lets_go_of_the_lock(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    held = context.Event()
    holder = context.Process(target=_hold, args=(tmp_path / ".lock", held))
    holder.start()
    assert held.wait(60)
    holder.kill()
    holder.join(10)
    start = time.monotonic()
    with exclusive(tmp_path / ".lock"):
        assert time.monotonic() - start < 5
