import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.config import env
from assistant.config.env import BadEnvironment


def test_an_empty_environment_gives_the_documented_defaults() -> None:
    found = env.read({})
    assert found.port == 8000
    assert found.data_dir == env.CHECKOUT / "var"
    assert found.allowed_hosts == ("127.0.0.1", "localhost", "[::1]")
    assert not found.debug
    assert not found.without_model
    assert found.database_url is None


@pytest.mark.parametrize("name", ["MODEL", "MODEL_NAME"])
def test_model_none_means_without_a_model(name: str) -> None:
    assert env.read({name: "none"}).without_model


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("PORT", "eight"),
        ("PORT", "80.5"),
        ("DEBUG", "maybe"),
        ("CI", "2"),
        ("DATABASE_URL", "mysql://u@h/d"),
        ("REDIS_URL", "memcached://h"),
        ("MODEL_URL", "ftp://h"),
        ("LOG_LEVEL", "LOUD"),
        ("ACCELERATOR", "tpu"),
        ("SECRET_KEY_FILE", "/nowhere/at/all"),
        ("INDEX", "annoy"),
        ("MILVUS_URI", "milvus.example.org:19530"),
        ("SEARCH_CONTEXT", "chapter"),
    ],
)
def test_a_value_that_cannot_be_understood_is_refused_by_name_in_both_languages(name: str, value: str) -> None:
    with pytest.raises(BadEnvironment, match=name) as refusal:
        env.read({name: value})
    assert "expected" in str(refusal.value)
    assert "应为" in str(refusal.value)


def test_a_refused_address_does_not_repeat_its_password() -> None:
    with pytest.raises(BadEnvironment) as refusal:
        env.read({"DATABASE_URL": "mysql://user:hunter2@host/name"})
    assert "hunter2" not in str(refusal.value)


@given(st.integers(min_value=1, max_value=65535))
def test_every_port_is_understood(port: int) -> None:
    assert env.read({"PORT": str(port)}).port == port


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12))
def test_a_port_is_a_port_or_a_refusal_never_a_crash(value: str) -> None:
    try:
        assert 1 <= env.read({"PORT": value}).port <= 65535
    except BadEnvironment:
        assert value.strip()


def test_blank_values_count_as_unset() -> None:
    found = env.read({"PORT": " ", "MODEL_URL": "", "ALLOWED_HOSTS": " , "})
    assert (found.port, found.model_url) == (8000, None)
    assert "127.0.0.1" in found.allowed_hosts


def test_hosts_are_separated_by_commas() -> None:
    assert env.read({"ALLOWED_HOSTS": "a.example, b.example ,"}).allowed_hosts == ("a.example", "b.example")


def test_a_secret_comes_from_its_file_when_one_is_named(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("from-a-file\n", encoding="utf-8")
    found = env.read({"SECRET_KEY": "direct", "SECRET_KEY_FILE": str(tmp_path / "key")})
    assert found.secret_key == "from-a-file"


def test_a_relative_data_folder_is_made_absolute() -> None:
    assert env.read({"DATA_DIR": "elsewhere"}).data_dir.is_absolute()


def test_a_child_gets_our_environment_and_the_overrides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "KEPT", "1")
    child = env.for_child(PORT="9")
    assert (child["KEPT"], child["PORT"]) == ("1", "9")


def test_a_child_keeps_its_compiled_modules_even_if_our_shell_says_not_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "PYTHONDONTWRITEBYTECODE", "1")
    assert env.for_child()["PYTHONDONTWRITEBYTECODE"] == ""


def test_search_is_by_faiss_and_the_light_reranker_unless_something_else_is_named() -> None:
    plain = env.read({})
    assert (plain.index, plain.milvus_uri, plain.reranker, plain.search_context) == ("faiss", None, None, "none")
    named = env.read(
        {
            "INDEX": "milvus", "MILVUS_URI": "http://milvus:19530", "MILVUS_TOKEN": "root:x", "RERANKER": "bge",
            "RERANKER_SHA256": "ab", "SEARCH_CONTEXT": "section",
        }
    )  # fmt: skip
    assert (named.index, named.milvus_uri, named.milvus_token) == ("milvus", "http://milvus:19530", "root:x")
    assert (named.reranker, named.reranker_sha256, named.search_context) == ("bge", "ab", "section")


def test_milvus_needs_to_be_told_where_it_is() -> None:
    with pytest.raises(BadEnvironment, match="MILVUS_URI"):
        env.read({"INDEX": "milvus"})
    assert env.read({"INDEX": "milvus", "MILVUS_URI": "/data/milvus.db"}).milvus_uri == "/data/milvus.db"
