"""Building: once, beside and moved into place, and with a reason where it cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.encoders.native import build
from retrieval.encoders.native.errors import NativeUnavailable


def _compiler(folder: Path, script: str) -> str:
    path = folder / "compiler"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


WRITES = 'if [ "$1" = --version ]; then echo "compiler 1"; else for last; do :; done; echo made >> "$last"; fi'


def test_a_library_is_built_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "compiler", lambda: _compiler(tmp_path, WRITES))
    first = build.library(tmp_path / "cache")
    first.write_text("kept")
    assert build.library(tmp_path / "cache") == first
    assert first.read_text() == "kept"
    assert list((tmp_path / "cache").iterdir()) == [first]


def test_another_compiler_builds_another_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "compiler", lambda: _compiler(tmp_path, WRITES))
    first = build.library(tmp_path / "cache")
    monkeypatch.setattr(build, "compiler", lambda: _compiler(tmp_path, WRITES.replace("compiler 1", "compiler 2")))
    assert build.library(tmp_path / "cache") != first


def test_what_the_compiler_said_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = 'if [ "$1" != --version ]; then echo "no such instruction" >&2; exit 1; fi'
    monkeypatch.setattr(build, "compiler", lambda: _compiler(tmp_path, script))
    with pytest.raises(NativeUnavailable, match="no such instruction"):
        build.library(tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_compiler_that_does_not_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = 'if [ "$1" != --version ]; then exec sleep 60; fi'
    monkeypatch.setattr(build, "compiler", lambda: _compiler(tmp_path, script))
    monkeypatch.setattr(build, "PATIENCE_S", 0.2)
    with pytest.raises(NativeUnavailable, match="did not end"):
        build.library(tmp_path / "cache")


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "compiler", lambda: _compiler(tmp_path, WRITES))
    (tmp_path / "file").write_text("")
    with pytest.raises(NativeUnavailable, match="nothing can be written"):
        build.library(tmp_path / "file" / "cache")


def test_without_a_compiler_the_reason_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "COMPILERS", ("no-such-compiler",))
    with pytest.raises(NativeUnavailable, match=r"apt-get install g\+\+"):
        build.compiler()


def test_what_the_processor_lacks_is_named(tmp_path: Path) -> None:
    told = tmp_path / "cpuinfo"
    told.write_text(f"processor: 0\nflags\t\t: fpu {' '.join(sorted(build.NEEDS))} amx_int8\n")
    assert build.missing(told) == frozenset()
    told.write_text("processor: 0\nflags\t\t: fpu avx2 fma\n")
    assert build.missing(told) == build.NEEDS - {"fma"}
    told.write_text("processor: 0\nFeatures: asimd\n")
    assert build.missing(told) == build.NEEDS
    assert build.missing(tmp_path / "nothing") == build.NEEDS
