from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import numpy as np
import pytest

from retrieval.errors import RecogniserUnavailable
from retrieval.loaders import recogniser as module
from retrieval.loaders.layout import blocks
from retrieval.loaders.recogniser import MODELS, checked, recogniser
from tests.unit.retrieval.drawn import EN, SANS, TRADITIONAL, ZH, accuracy, page, scanned, traditional, wrapped

SIMPLIFIED_LINES, TRADITIONAL_LINES, ENGLISH_LINES = wrapped(ZH, 68), wrapped(TRADITIONAL, 68), wrapped(EN, 68)
SAMPLES = {
    "simplified, serif": (ZH, page(SIMPLIFIED_LINES)),
    "simplified, sans": (ZH, page(SIMPLIFIED_LINES, name=SANS)),
    "simplified, small, scanned": (ZH, scanned(page(SIMPLIFIED_LINES, size=20))),
    "traditional, serif": (TRADITIONAL, traditional(TRADITIONAL_LINES)),
    "traditional, scanned": (TRADITIONAL, scanned(traditional(TRADITIONAL_LINES))),
    "English, serif": (EN, page(ENGLISH_LINES)),
    "English, small, scanned": (EN, scanned(page(ENGLISH_LINES, size=20))),
}
FLOOR = 0.98


def read(picture: object) -> str:
    return "\n".join(
        cell for block in blocks(recogniser().lines(np.asarray(picture))) for row in block.rows for cell in row
    )


@pytest.mark.parametrize(
    "name", [name if "scanned" in name else pytest.param(name, marks=pytest.mark.slow) for name in SAMPLES]
)
def test_the_characters_of_a_drawn_page_are_read(name: str) -> None:
    wanted, picture = SAMPLES[name]
    reached = accuracy(wanted, read(picture.convert("RGB")))
    sys.stdout.write(f"character accuracy, {name}: {reached:.3f}\n")
    assert reached >= FLOOR


@pytest.mark.parametrize(
    "turn", [pytest.param(90, marks=pytest.mark.slow), pytest.param(180, marks=pytest.mark.slow), 270]
)
def test_a_page_is_read_whichever_way_up_it_is(turn: int) -> None:
    lines = wrapped(ZH, 44)[:4]
    upright = page(lines, size=24, width=760)
    assert accuracy("".join(lines), read(upright.rotate(turn, expand=True))) >= FLOOR


def test_a_slanted_scan_is_read_in_order() -> None:
    lines = wrapped(ZH, 44)[:4]
    slanted = scanned(page(lines, size=24, width=760), slant=2.5).convert("RGB")
    assert accuracy("".join(lines), read(slanted)) >= 0.95


def test_an_empty_page_has_no_lines() -> None:
    assert recogniser().lines(np.full((400, 300, 3), 255, dtype=np.uint8)) == []


def test_the_models_are_loaded_once() -> None:
    assert recogniser() is recogniser()


def test_a_model_with_another_checksum_is_not_loaded(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(b"weights")
    assert checked(path, hashlib.sha256(b"weights").hexdigest()) == path
    with pytest.raises(RecogniserUnavailable, match=r"model\.onnx has the SHA-256"):
        checked(path, MODELS["Rec"][1])
    with pytest.raises(RecogniserUnavailable, match="missing"):
        checked(tmp_path / "none.onnx", MODELS["Rec"][1])


def test_without_the_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_spec", lambda _: None)
    with pytest.raises(RecogniserUnavailable, match="lock file"):
        recogniser.__wrapped__()
