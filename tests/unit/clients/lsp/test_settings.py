"""Settings: where the assistant is, with which key, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from clients.lsp.problems import Problem
from clients.lsp.settings import Settings


def test_the_editors_names_become_settings() -> None:
    given = {
        "endpoint": "https://a.example/",
        "budget": 3,
        "testFolder": "checks",
        "language": "zh-CN",
        "confirm": True,
    }
    made = Settings().with_options(given)
    assert (made.base(), made.budget, made.test_folder, made.language, made.confirm) == (
        "https://a.example", 3.0, "checks", "zh", True,
    )  # fmt: skip


def test_a_section_of_the_name_is_taken_too() -> None:
    assert Settings().with_options({"moeAssistant": {"budget": 2}}).budget == 2.0


@pytest.mark.parametrize("options", [None, [], "x", {"moeAssistant": None}])
def test_what_are_no_options_changes_nothing(options: object) -> None:
    assert Settings().with_options(options) == Settings()


@pytest.mark.parametrize(("budget", "taken"), [(0, 1.0), (600, 60.0), (2.5, 2.5)])
def test_the_budget_stays_within_what_the_server_takes(budget: float, taken: float) -> None:
    assert Settings().with_options({"budget": budget}).budget == taken


@pytest.mark.parametrize("name", ["token", "apiKey"])
def test_a_key_among_the_settings_is_refused_without_repeating_it(name: str) -> None:
    with pytest.raises(Problem) as caught:
        Settings().with_options({name: "ak_12345678_secret"})
    assert "tokenFile" in caught.value.told("en")
    assert "tokenFile" in caught.value.told("zh")
    assert "secret" not in caught.value.told("en") + str(caught.value)


@pytest.mark.parametrize(
    "options", [{"endpont": "x"}, {"endpoint": 3}, {"budget": "9"}, {"budget": True}, {"confirm": 1}]
)
def test_a_wrong_setting_is_named(options: dict[str, object]) -> None:
    with pytest.raises(Problem) as caught:
        Settings().with_options(options)
    assert next(iter(options)) in caught.value.told("en")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "assistant",
        "ftp://a.example",
        "https://",
        "https://me:key@a.example",
        "https://a.example/?x",
        "https://a.example/#x",
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(Problem):
        Settings(endpoint=address).base()


@pytest.mark.parametrize("address", ["http://127.0.0.1:8000", "http://localhost", "http://[::1]:8000"])
def test_plain_http_is_fine_on_this_machine(address: str) -> None:
    assert Settings(endpoint=address).base() == address


@pytest.mark.parametrize("address", ["http://a.example", "http://127.0.0.1.evil.example", "http://10.0.0.1"])
def test_plain_http_to_another_machine_must_be_allowed(address: str) -> None:
    with pytest.raises(Problem, match="bad_setting"):
        Settings(endpoint=address).base()
    assert Settings(endpoint=address, allow_plain_http=True).base() == address


def test_the_key_is_read_from_its_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("ak_12345678_secret\n")
    file.chmod(0o600)
    assert Settings(token_file=str(file)).key() == "ak_12345678_secret"


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("ak_12345678_secret\n")
    file.chmod(0o644)
    with pytest.raises(Problem, match="no_token") as caught:
        Settings(token_file=str(file)).key()
    assert f"chmod 600 {file}" in caught.value.told("en")


@pytest.mark.parametrize("file", ["", "not/there"])
def test_without_a_key_the_problem_says_where_to_put_one(file: str) -> None:
    with pytest.raises(Problem, match="no_token"):
        Settings(token_file=file).key()
