"""`manage.py evaluate facts`: whom it asks, what it prints, what it says when there is nobody to ask."""

from __future__ import annotations

import json
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from assistant.chat import evaluate_facts
from inference.client.errors import ModelUnavailable
from inference.client.scripted import Reply, ScriptedModel

PASSAGE = {"doc_id": "a", "title": "Warsaw", "text": "Polonia was relegated in 2013."}
QUESTION = {"question": "When was Polonia relegated?", "doc_id": "a", "answers": [{"text": "2013"}]}


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    (tmp_path / "passages").write_text(json.dumps(PASSAGE), encoding="utf-8")
    (tmp_path / "questions").write_text("\n".join([json.dumps(QUESTION)] * 2), encoding="utf-8")
    return ["--passages", str(tmp_path / "passages"), "--questions", str(tmp_path / "questions")]


class Served(ScriptedModel):
    """A scripted model where the client's class is looked for."""

    def __init__(self, *replies: str | Reply) -> None:
        super().__init__(list(replies))
        self.named: tuple[str, ...] = ()
        self.closed = False

    def __call__(self, *named: str) -> Served:
        self.named = named
        return self

    async def close(self) -> None:
        self.closed = True


def evaluated(*arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command("evaluate", "facts", *arguments, "--json", stdout=out)
    figures: dict[str, Any] = json.loads(out.getvalue().strip().splitlines()[-1])
    return figures


def test_a_named_server_is_asked_with_its_key(
    files: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = Served("It was relegated in 2013 [1].", "Nobody knows [1].")
    monkeypatch.setattr(evaluate_facts, "OpenAIModel", served)
    (tmp_path / "key").write_text(" secret\n")
    asked = ["--model-url", "http://127.0.0.1:1/v1", "--model-name", "m", "--model-key-file", str(tmp_path / "key")]
    figures = evaluated(*files, *asked)
    assert served.named == ("http://127.0.0.1:1/v1", "secret", "m")
    assert served.closed
    assert (figures["asked"], figures["right"], figures["right_by_language"]) == (2, 0.5, {"en": 0.5})
    assert figures["model"] == "m"
    assert "wrong" not in figures


def test_what_was_not_right_can_be_read(files: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluate_facts, "OpenAIModel", Served("It was relegated [1]."))
    figures = evaluated(*files, "--model-url", "http://x/v1", "--model-name", "m", "--slice", "1", "--wrong")
    assert figures["wrong"] == [["When was Polonia relegated?", "It was relegated [1]."]]


def test_without_a_model_it_says_how_to_get_one(files: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "HOUSE", replace(settings.HOUSE, model_url=None))
    with pytest.raises(CommandError, match=r"run `make run`.*--model-url"):
        evaluated(*files)


def test_a_server_that_does_not_answer_is_one_line(files: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    served = Served(Reply((), error=ModelUnavailable("Nothing answers at http://x/v1.")))
    monkeypatch.setattr(evaluate_facts, "OpenAIModel", served)
    with pytest.raises(CommandError, match="Nothing answers"):
        evaluated(*files, "--model-url", "http://x/v1", "--model-name", "m")
    assert served.closed


def test_a_file_in_another_form_is_one_line(files: list[str], tmp_path: Path) -> None:
    (tmp_path / "questions").write_text("{}")
    with pytest.raises(CommandError, match="line 1: question, doc_id, answers missing"):
        evaluated(*files, "--model-url", "http://x/v1", "--model-name", "m")
