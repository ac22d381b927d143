"""What the code assistant is asked for, checked before anything is remembered or run."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from assistant.api.codinginputs import CodeInput
from assistant.errors import AssistantError
from inference.client.types import Message

PLAIN: dict[str, Any] = {"task": "explain", "target": "a.py", "files": {"a.py": "x = 1\n", "test_a.py": ""}}


def read(**change: object) -> CodeInput:
    return CodeInput.model_validate({**PLAIN, **change})


@pytest.mark.parametrize(("task", "tokens"), [("complete", 1_000), ("edit", 8_000), ("explain", 8_000), ("fix", 2_000)])
def test_each_task_has_its_own_share_of_context(task: str, tokens: int) -> None:
    asked = read(task=task, instruction="do", test_file="test_a.py")
    assert asked.wish("en", ()).context_tokens == tokens
    assert read(task=task, instruction="do", test_file="test_a.py", context_tokens=0).wish("en", ()).context_tokens == 0


def test_the_wish_carries_the_conversation_and_the_language() -> None:
    history = (Message("user", "before"),)
    wish = read(line=3, end_line=9, instruction="why?").wish("zh", history)
    assert (wish.line, wish.end_line, wish.history, wish.language) == (3, 9, history, "zh")
    assert read(language="en").wish("zh", ()).language == "en"


@pytest.mark.parametrize(
    ("change", "question"),
    [
        ({"instruction": "why?"}, "explain a.py:1 why?"),
        ({"line": 2, "end_line": 5}, "explain a.py:2-5"),
        ({"task": "fix", "test_file": "test_a.py", "test": "test_x"}, "fix test_a.py::test_x"),
    ],
)
def test_the_round_is_shown_as_a_question(change: dict[str, object], question: str) -> None:
    assert read(**change).question == question


@pytest.mark.parametrize(
    "change",
    [
        {"task": "run"}, {"target": "b.py"}, {"task": "fix"}, {"task": "fix", "test_file": "b.py"},
        {"task": "fix", "test_file": "a.py"}, {"task": "edit"}, {"task": "edit", "instruction": "  "}, {"line": 0},
        {"column": 0}, {"context_tokens": 8_001}, {"max_tokens": 1}, {"budget": 500}, {"files": {}}, {"nonsense": 1},
        {"instruction": "x" * 3_001}, {"conversation_id": "7"},
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        read(**change)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"files": {"../a.py": ""}, "target": "../a.py"}, "bad_path"),
        ({"files": {"/a.py": ""}, "target": "/a.py"}, "bad_path"),
        ({"files": {"a.py": "x" * 300_000}}, "too_large"),
        ({"task": "fix", "files": {"a.go": "", "a_test.go": ""}, "target": "a.go", "test_file": "a_test.go"},
         "fix_unsupported"),
        ({"task": "fix", "files": {"a.py": "", "a.test.js": ""}, "target": "a.py", "test_file": "a.test.js"},
         "fix_unsupported"),
        ({"task": "fix", "files": {"a.ts": "", "notes.md": ""}, "target": "a.ts", "test_file": "notes.md"},
         "fix_unsupported"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_says_so_in_both_languages(change: dict[str, object], code: str) -> None:
    with pytest.raises(AssistantError) as refused:
        read(**change).wish("en", ())
    assert refused.value.code == code
    assert any("\u4e00" <= c <= "\u9fff" for c in refused.value.text.zh)


@pytest.mark.parametrize(
    ("target", "test_file"),
    [
        ("a.py", "test_a.py"),
        ("a.js", "a.test.js"),
        ("a.ts", "a.test.js"),
        ("a.tsx", "a.test.tsx"),
        ("A.java", "ATest.java"),
    ],
)
def test_a_failing_test_is_fixed_where_it_is_run_by_the_runner_of_its_code(target: str, test_file: str) -> None:
    wish = read(task="fix", files={target: "", test_file: ""}, target=target, test_file=test_file).wish("en", ())
    assert (wish.task, wish.target, wish.test_file) == ("fix", target, test_file)
