"""The process's encoder: loaded once, on first use, by what the settings name."""

from __future__ import annotations

import dataclasses
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from assistant.knowledge import encoder as shared
from retrieval.encoders.batching import BatchingEncoder
from retrieval.errors import EncoderUnavailable, RerankerUnavailable
from retrieval.lexical import tokens
from retrieval.protocols import Encoder

loads: list[tuple[Path, int]] = []


class Slow:
    """Takes a moment to load and writes down with what."""

    name = "slow"
    dimension = 2

    def __init__(self, folder: Path, *, threads: int) -> None:
        time.sleep(0.05)
        loads.append((folder, threads))


@pytest.fixture(autouse=True)
def nothing_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    loads.clear()
    monkeypatch.setattr(shared, "_shared", None)
    monkeypatch.setattr(shared, "_threads", 1)


@pytest.fixture
def slow(settings: object, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A house whose encoder is the slow one."""
    monkeypatch.setattr(shared, "import_string", lambda _: Slow)
    settings.HOUSE = dataclasses.replace(settings.HOUSE, encoder_dir=tmp_path)  # type: ignore[attr-defined]
    return tmp_path


def test_without_an_encoder_the_reader_is_told_how_to_get_one(settings: object) -> None:
    settings.HOUSE = dataclasses.replace(settings.HOUSE, encoder_dir=None)  # type: ignore[attr-defined]
    with pytest.raises(EncoderUnavailable, match="models pull"):
        shared.shared_encoder()


def test_an_encoder_that_arrives_later_is_taken_without_a_restart(settings: object, slow: Path) -> None:
    settings.HOUSE = dataclasses.replace(settings.HOUSE, encoder_dir=None)  # type: ignore[attr-defined]
    with pytest.raises(EncoderUnavailable):
        shared.shared_encoder()
    settings.HOUSE = dataclasses.replace(settings.HOUSE, encoder_dir=slow)  # type: ignore[attr-defined]
    assert isinstance(shared.shared_encoder(), BatchingEncoder)
    shared.shared_encoder().close()


def test_threads_that_ask_at_once_share_one(slow: Path) -> None:
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(shared.shared_encoder())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert loads == [(slow, 1)]
    assert len({id(one) for one in found}) == 1
    shared.shared_encoder().close()


def test_a_command_that_has_the_machine_to_itself_says_so_before_loading(slow: Path) -> None:
    shared.use_threads(4)
    shared.shared_encoder()
    shared.use_threads(8)
    shared.shared_encoder()
    assert loads == [(slow, 4)]
    shared.shared_encoder().close()


def test_the_class_and_folder_of_the_settings_make_the_real_one(
    settings: object, encoder_dir: Path, encoder: Encoder
) -> None:
    settings.HOUSE = dataclasses.replace(settings.HOUSE, encoder_dir=encoder_dir)  # type: ignore[attr-defined]
    made = shared.shared_encoder()
    assert (made.name, made.dimension) == (encoder.name, encoder.dimension)
    texts = ["Where is my order?", "我的订单到哪了"]
    assert np.allclose(made.encode_questions(texts), encoder.encode_questions(texts), atol=1e-3)
    made.close()


@pytest.mark.parametrize(("line", "taken"), [("量悦盈宝 900", True), ("量悦盈宝 often", False)])
def test_names_of_this_installation_are_read_with_the_encoder(
    slow: Path, data_dir: Path, line: str, taken: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """A line that is wrong is reported, and the encoder loads all the same."""
    words = data_dir / "words.txt"
    words.write_text(line + "\n", encoding="utf-8")
    try:
        assert shared.shared_encoder().name == "slow"
        assert ("量悦盈宝" in tokens.tokenise("我想买量悦盈宝理财")) is taken
        assert ("line 1" in caplog.text) is not taken
    finally:
        words.unlink()
        tokens._segmenter.cache_clear()
        tokens._han_tokens.cache_clear()


def test_without_a_name_there_is_no_other_reranker_and_a_folder_that_is_missing_is_said(
    settings: object, tmp_path: Path
) -> None:
    house = settings.HOUSE  # type: ignore[attr-defined]
    settings.HOUSE = dataclasses.replace(house, reranker_dir=None)  # type: ignore[attr-defined]
    assert shared.chosen_reranker() is None
    settings.HOUSE = dataclasses.replace(house, reranker_dir=tmp_path / "gone")  # type: ignore[attr-defined]
    with pytest.raises(RerankerUnavailable, match="gone holds no weights"):
        shared.chosen_reranker()
