from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.lexical import tokens
from retrieval.lexical.tokens import question_tokens, rarity, segment, tokenise


def test_english_words_are_lower_case_and_stemmed() -> None:
    assert tokenise("Refunds were CHARGED twice") == ["refund", "were", "charg", "twic"]


@pytest.mark.parametrize(
    ("identifier", "parts"),
    [
        ("getUserName", {"getusernam", "get", "user", "name"}),
        ("get_user_name", {"get_user_name", "get", "user", "name"}),
        ("HTTPServer", {"httpserver", "http", "server"}),
        ("parseJSON2", {"parsejson2", "pars", "json", "2"}),
        ("MAX_RETRIES", {"max_retries", "max", "retry"}),
    ],
)
def test_identifiers_are_found_whole_and_by_their_parts(identifier: str, parts: set[str]) -> None:
    assert set(tokenise(identifier)) == parts


def test_an_identifier_is_found_by_a_question_in_words() -> None:
    assert {"user", "name"} <= set(tokenise("def getUserName():")) & set(question_tokens("how to get the user name"))


def test_chinese_is_segmented_and_names_are_found_by_pairs() -> None:
    tokens = tokenise("深圳市腾讯计算机系统有限公司")
    assert "计算机" in tokens
    assert {"腾讯", "有限"} <= set(tokens)


def test_traditional_and_simplified_give_the_same_tokens() -> None:
    assert tokenise("臺灣的軟體開發") == tokenise("台湾的软体开发")


def test_full_width_letters_and_digits_are_plain_ones() -> None:
    assert tokenise("ＡＢＣ１２３") == tokenise("ABC123")


def test_numbers_keep_their_point_and_lose_their_commas() -> None:
    assert tokenise("1,250.50 and 3.5") == ["1250.50", "and", "3.5"]


def test_mixed_text_gives_tokens_of_both_kinds() -> None:
    assert {"iphon", "退款"} <= set(tokenise("iPhone退款"))


def test_a_question_drops_words_that_only_carry_grammar() -> None:
    assert question_tokens("What is the refund policy?") == ("refund", "policy")
    assert "的" not in question_tokens("退款的政策是什么")


def test_a_question_of_nothing_else_keeps_them() -> None:
    assert question_tokens("what is this") == ("what", "is", "this")


def test_each_token_of_a_question_counts_once() -> None:
    assert question_tokens("refund refund refunds") == ("refund",)


@pytest.mark.parametrize("text", ["", " ", "？！", "\x00", "😀"])
def test_text_without_words_has_no_tokens(text: str) -> None:
    assert tokenise(text) == []


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_gives_tokens_that_are_not_blank(text: str) -> None:
    assert all(token.strip() for token in tokenise(text))


@settings(deadline=None)
@given(st.text(alphabet="退款政策国际中心ab c1。", max_size=30))
def test_the_tokens_of_a_part_between_blanks_are_among_those_of_the_whole(text: str) -> None:
    whole = set(tokenise(text))
    for part in text.split():
        assert set(tokenise(part)) <= whole


def test_jieba_is_quiet(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    with caplog.at_level(logging.DEBUG):
        tokenise("分词的时候不说话")
    assert "jieba" not in caplog.text
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("before", ["", "import pkg_resources;"])
def test_it_needs_nothing_of_setuptools_and_hides_it_from_nobody(before: str) -> None:
    code = (
        f"import sys, warnings; {before} warnings.simplefilter('error', DeprecationWarning);"
        "warnings.filterwarnings('ignore', 'invalid escape');"  # in jieba's own text, told when it is compiled
        "from retrieval.lexical.tokens import tokenise;"
        "print(tokenise('自然语言处理'), 'pkg_resources' in sys.modules);"
        "warnings.simplefilter('ignore'); import pkg_resources; print(pkg_resources.__name__)"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.stderr == ""
    said, found = done.stdout.splitlines()
    assert "自然语言" in said
    assert said.endswith(str(bool(before)))
    assert found == "pkg_resources"


def test_its_cache_lies_in_a_private_folder_or_nowhere(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib, tempfile; tempfile.tempdir = sys.argv[2];"
        "from retrieval.lexical.tokens import warm_up, tokenise;"
        "warm_up(pathlib.Path(sys.argv[1]) if sys.argv[1] else None); print(tokenise('自然语言处理'))"
    )
    shared = tmp_path / "shared"
    shared.mkdir()
    for cache in (str(tmp_path / "own"), ""):
        done = subprocess.run(
            [sys.executable, "-c", code, cache, str(shared)], capture_output=True, text=True, timeout=120, check=True
        )
        assert "自然语言" in done.stdout
        assert done.stderr == ""
    assert list((tmp_path / "own").iterdir())
    assert (tmp_path / "own").stat().st_mode & 0o077 == 0
    assert not list(shared.iterdir())


def test_segments_cover_the_chinese_of_a_text_and_nothing_else() -> None:
    words = segment("V8掃地機器人的地图, OK")
    assert "".join(words) == "扫地机器人的地图"
    assert "地图" in words


def test_a_rare_word_is_rarer_than_a_common_one_and_an_unknown_one_rarest() -> None:
    assert rarity("的") < rarity("机器人") <= rarity("䶮䶮䶮")


@pytest.fixture
def own_words(tmp_path: Path) -> Iterator[Path]:
    """A dictionary for one test; jieba's own is loaded again afterwards."""
    yield tmp_path / "words.txt"
    tokens._segmenter.cache_clear()
    tokens._han_tokens.cache_clear()
    tokens.question_tokens.cache_clear()


def test_a_user_s_dictionary_keeps_names_whole(own_words: Path) -> None:
    assert "量悦盈宝" not in tokenise("我想买量悦盈宝理财")
    own_words.write_text("# our products\n量悦盈宝 900\n雲端寶盒\n\n", encoding="utf-8")
    tokens.use_words(own_words)
    assert "量悦盈宝" in tokenise("我想买量悦盈宝理财")
    assert "云端宝盒" in tokenise("云端宝盒多少钱")
    assert "云端宝盒" in tokenise("雲端寶盒多少錢")


def test_a_wrong_line_of_it_is_named(own_words: Path) -> None:
    own_words.write_text("量悦盈宝 often\n", encoding="utf-8")
    with pytest.raises(ValueError, match="line 1"):
        tokens.use_words(own_words)


def test_a_missing_dictionary_is_an_error(own_words: Path) -> None:
    with pytest.raises(FileNotFoundError):
        tokens.use_words(own_words)
