"""Where the JDK and its libraries are, and what is said when they are not."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from domains.codegen.engine.errors import MissingRunner
from domains.codegen.java import runner
from domains.codegen.java.runner import INSIDE, JARS, Jvm, find, packed
from domains.codegen.javascript.runner import find as find_node
from sandbox import Job, Outcome, Sandbox


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


def test_the_inside_programs_are_compiled_once() -> None:
    """Compiling them took longer than most runs of theirs."""
    jvm, box = find(), Sandbox()
    classes = jvm.programs(box)
    assert {f"inside/{path.stem}.class" for path in INSIDE.glob("*.java") if path.stem != "Build"} <= set(classes)
    assert all(code.startswith(b"\xca\xfe\xba\xbe") for code in classes.values())
    assert jvm.programs(box) is classes


def test_a_jdk_that_compiles_nothing_is_said_and_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Jvm(tmp_path / "java", find().jars)
    asked: list[Job] = []

    def run(_: Sandbox, job: Job) -> Outcome:
        asked.append(job)
        return Outcome("exited", 3, b"", b"error: no compiler", b"", 0.1, 0)

    monkeypatch.setattr(Sandbox, "run", run)
    for _ in range(2):
        with pytest.raises(MissingRunner, match="no compiler") as error:
            broken.programs(Sandbox())
    assert error.value.language == "java"
    assert len(asked) == 2
    assert not any(name.startswith("src/") for job in asked for name in job.files)
    assert broken not in runner._BUILT
