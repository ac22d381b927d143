"""`manage.py serve_model`: becomes the launcher, with the installation's key and state file."""

from __future__ import annotations

import os
import sys

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from assistant.config.supervisor.generator import KEY


class Became(Exception):
    """Instead of turning this very process into the launcher: what it would have become."""


@pytest.fixture
def became(monkeypatch: pytest.MonkeyPatch) -> None:
    def execv(path: str, argv: list[str]) -> None:
        raise Became(path, argv)

    monkeypatch.setattr(os, "execv", execv)


def arguments(*words: str) -> list[str]:
    with pytest.raises(Became) as became:
        call_command("serve_model", *words)
    path, argv = became.value.args
    assert path == argv[0] == sys.executable
    assert argv[1:3] == ["-m", "inference.serving"]
    return list(argv[3:])


def after(argv: list[str], flag: str) -> str:
    return argv[argv.index(flag) + 1]


@pytest.mark.usefixtures("became")
def test_the_model_is_served_under_its_name_on_the_usual_port() -> None:
    argv = arguments("small-moe")
    assert (after(argv, "--name"), after(argv, "--port")) == ("small-moe", "8001")
    assert "--top-k" not in argv


@pytest.mark.usefixtures("became")
def test_port_and_experts_can_be_chosen() -> None:
    argv = arguments("small-moe", "--port", "9123", "--top-k", "2")
    assert (after(argv, "--port"), after(argv, "--top-k")) == ("9123", "2")


@pytest.mark.usefixtures("became")
def test_the_key_goes_by_file_so_that_the_process_list_does_not_show_it() -> None:
    argv = arguments("small-moe")
    path = settings.HOUSE.data_dir / "secrets" / KEY
    assert after(argv, "--api-key-file") == str(path)
    assert path.stat().st_mode & 0o077 == 0
    assert path.read_text(encoding="ascii") not in " ".join(argv)


@pytest.mark.usefixtures("became")
def test_the_launcher_can_write_its_state_where_the_house_looks_for_it() -> None:
    argv = arguments("small-moe")
    assert after(argv, "--state-file") == str(settings.HOUSE.model_state_file)
    assert settings.HOUSE.model_state_file.parent.is_dir()


@pytest.mark.usefixtures("became")
@pytest.mark.parametrize("words", [[], ["m", "--port", "http"], ["m", "--top-k", "two"]])
def test_a_missing_name_or_a_number_that_is_none_is_refused_before_anything_starts(words: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command("serve_model", *words)


@pytest.mark.usefixtures("became")
def test_ranks_can_be_several() -> None:
    argv = arguments("small-moe", "--data-parallel", "2", "--tensor-parallel", "4", "--expert-parallel")
    assert (after(argv, "--data-parallel"), after(argv, "--tensor-parallel")) == ("2", "4")
    assert "--expert-parallel" in argv
    assert "--expert-parallel" not in arguments("small-moe")


@pytest.mark.usefixtures("became")
def test_what_is_to_be_watched_and_left_out_is_passed_on() -> None:
    argv = arguments("small-moe", "--deadline", "30", "--confidence", "0.9", "--trace-mib", "64", "--guess", "3")
    assert [after(argv, flag) for flag in ("--deadline", "--confidence", "--trace-mib")] == ["30", "0.9", "64.0"]
    assert after(argv, "--guess") == "3"
    plain = arguments("small-moe")
    assert not {"--deadline", "--confidence", "--trace-mib", "--guess"} & set(plain)


@pytest.mark.usefixtures("became")
def test_a_folder_of_merged_experts_and_adapters_by_name_are_passed_on() -> None:
    argv = arguments("small-moe", "--model", "/models/merged", "--adapter", "legal=/a", "--adapter", "support=/b")
    assert after(argv, "--model") == "/models/merged"
    assert [argv[place + 1] for place, word in enumerate(argv) if word == "--adapter"] == ["legal=/a", "support=/b"]
    plain = arguments("small-moe")
    assert "--model" not in plain
    assert "--adapter" not in plain
