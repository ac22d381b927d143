"""Where the JDK and its libraries are, and what is said when they are not."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from domains.codegen.engine.errors import MissingRunner
from domains.codegen.java.runner import JARS, find, packed
from domains.codegen.javascript.runner import find as find_node


def test_the_runner_is_found_here() -> None:
    jvm = find()
    assert jvm.program.name == "java"
    assert len(jvm.jars) == len(JARS)


def test_missing_libraries_are_named_with_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "asm.jar").touch()
    with pytest.raises(MissingRunner, match="junit5 and libjacoco-java") as error:
        find(tmp_path)
    assert "asm.jar" not in str(error.value).split(", ")
    assert error.value.language == "java"


def test_a_missing_compiler_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingRunner, match="openjdk-17-jdk-headless"):
        find()
    with pytest.raises(MissingRunner, match=r"Node\.js 20"):
        find_node()


def test_a_missing_jest_is_said(tmp_path: Path) -> None:
    with pytest.raises(MissingRunner, match="npm ci") as error:
        find_node(tmp_path)
    assert error.value.language == "javascript"


@pytest.mark.parametrize("text", ["", "a b\nc", "价格", "\ud800"])
def test_a_text_travels_as_one_word(text: str) -> None:
    word = packed(text)
    assert " " not in word
    assert base64.b64decode(word).decode("utf-8", "surrogatepass") == text
