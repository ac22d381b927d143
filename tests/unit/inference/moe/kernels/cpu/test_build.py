import shutil
from typing import Any

import pytest

from inference.moe.errors import BuildFailed, NoCompiler
from inference.moe.kernels.cpu import build


def test_a_built_library_is_found_again(library_path: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(build, "_build", lambda *_: pytest.fail("built twice"))
    assert build.library(library_path.parent.parent) == library_path


def test_a_changed_source_is_another_library(tmp_path: Any, monkeypatch: Any) -> None:
    before = build._digest(build.compiler())
    copy = tmp_path / "source"
    shutil.copytree(build.SOURCES, copy)
    (copy / "layout.hpp").write_text((copy / "layout.hpp").read_text() + "// changed\n")
    monkeypatch.setattr(build, "SOURCES", copy)
    assert build._digest(build.compiler()) != before


def test_without_a_compiler_the_message_says_what_to_install(monkeypatch: Any) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    with pytest.raises(NoCompiler, match="apt-get install") as raised:
        build.compiler()
    assert "编译器" in raised.value.chinese


def test_a_compilers_complaint_is_passed_on_and_nothing_is_left_behind(tmp_path: Any, monkeypatch: Any) -> None:
    copy = tmp_path / "source"
    copy.mkdir()
    for name in build._units():
        (copy / f"{name}.cpp").write_text("this is no C++\n")
    monkeypatch.setattr(build, "SOURCES", copy)
    with pytest.raises(BuildFailed, match="error"):
        build.library(tmp_path / "cache")
    assert not list((tmp_path / "cache").rglob("*.so"))


def test_kernels_lie_beside_the_models(tmp_path: Any) -> None:
    assert build.default_cache(tmp_path / "models") == tmp_path / "kernels"
