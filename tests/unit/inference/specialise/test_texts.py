"""Text on disk as windows: nothing is learnt from what is held out; the order depends on seed and step alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.specialise import texts
from inference.specialise.errors import InvalidDomains, TextTooShort
from inference.specialise.texts import Domain, Source, Split


class Letters:
    """A token a letter."""

    def encode(self, text: str, *, add_special_tokens: bool) -> list[int]:
        assert not add_special_tokens
        return [ord(letter) for letter in text]


def prepared(folder: Path, text: str, split: Split) -> Domain:
    (folder / "text.txt").write_text(text, encoding="utf-8")
    return texts.prepare((Source("one", (folder / "text.txt",)),), Letters(), folder / "tokens", split)[0]


@settings(max_examples=40, deadline=None)
@given(windows=st.integers(8, 40), window=st.integers(2, 9), held_out=st.floats(0.05, 0.45), seed=st.integers(0, 9))
def test_what_is_held_out_is_never_learnt_from(
    tmp_path_factory: pytest.TempPathFactory, windows: int, window: int, held_out: float, seed: int
) -> None:
    text = "".join(chr(0x4E00 + number) for number in range(windows * window))
    folder = tmp_path_factory.mktemp("split")
    try:
        domain = prepared(folder, text, Split(window, held_out, 10_000))
    except TextTooShort:
        assert windows < 4 + max(4, round(windows * held_out))
        return
    learnt = [tuple(domain.to_learn(step, seed).tolist()) for step in range(2 * domain.learnt)]
    held = [tuple(ids.tolist()) for ids in domain.held_out(1000)]
    assert not set(learnt) & set(held)
    assert len(set(learnt)) == domain.learnt
    assert len(held) == domain.held
    assert sorted(learnt[: domain.learnt]) == sorted(learnt[domain.learnt :])
    assert max(held) > max(learnt)


def test_the_same_step_reads_the_same_window_and_another_seed_another_order(tmp_path: Path) -> None:
    domain = prepared(tmp_path, "abcdefghij" * 20, Split(5, 0.1, 1000))
    first = [domain.to_learn(step, 1).tolist() for step in range(domain.learnt)]
    assert first == [domain.to_learn(step, 1).tolist() for step in range(domain.learnt)]
    assert first != [domain.to_learn(step, 2).tolist() for step in range(domain.learnt)]


def test_fewer_held_out_windows_are_spread_over_all_of_them(tmp_path: Path) -> None:
    domain = prepared(tmp_path, "".join(chr(0x4E00 + number) for number in range(400)), Split(4, 0.3, 1000))
    chosen = [int(ids[0]) - 0x4E00 for ids in domain.held_out(3)]
    assert (chosen[0], chosen[-1]) == (domain.learnt * 4, 396)
    assert len(chosen) == 3


def test_no_more_than_asked_for_is_read_and_the_checksum_tells_texts_apart(tmp_path: Path) -> None:
    one = prepared(tmp_path, "x" * 500, Split(4, 0.1, 100))
    assert (one.learnt + one.held) * 4 == 100
    assert prepared(tmp_path, "x" * 400, Split(4, 0.1, 100)).sha256 == one.sha256
    assert prepared(tmp_path, "x" * 99 + "y" * 400, Split(4, 0.1, 100)).sha256 != one.sha256


def test_a_folder_gives_its_texts_in_order_and_no_pictures(tmp_path: Path) -> None:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "b.md").write_text("second" * 10)
    (tmp_path / "in" / "a.txt").write_text("first!" * 10)
    (tmp_path / "in" / "deep" / "c.py").write_text("third." * 10)
    (tmp_path / "in" / "d.png").write_bytes(b"\x89PNG" * 50)
    domain = texts.prepare((Source("one", (tmp_path / "in",)),), Letters(), tmp_path / "t", Split(6, 0.1, 999))[0]
    read = "".join(chr(number) for place in range(30) for number in domain.window_at(place).tolist())
    assert [word for word in ("first!", "second", "third.") if word in read] == ["first!", "second", "third."]
    assert read.index("first!") < read.index("second") < read.index("third.")


def test_a_line_longer_than_a_piece_is_read_in_pieces(tmp_path: Path) -> None:
    longest = 0

    class Counting(Letters):
        def encode(self, text: str, *, add_special_tokens: bool) -> list[int]:
            nonlocal longest
            longest = max(longest, len(text))
            return super().encode(text, add_special_tokens=add_special_tokens)

    (tmp_path / "long.txt").write_text("z" * (3 * texts.PIECE))
    source = Source("one", (tmp_path / "long.txt",))
    domain = texts.prepare((source,), Counting(), tmp_path / "t", Split(64, 0.1, 10**6))[0]
    assert longest <= 2 * texts.PIECE
    assert (domain.learnt + domain.held) * 64 == 3 * texts.PIECE


def test_a_short_text_is_refused_with_what_it_would_need(tmp_path: Path) -> None:
    with pytest.raises(TextTooShort, match="30 tokens of text, at least 80") as caught:
        prepared(tmp_path, "x" * 29, Split(10, 0.1, 999))  # and the end of its line
    assert "至少需要 80" in caught.value.chinese


def test_several_files_of_one_domain_are_named_with_commas(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_text(name)
    found = texts.parse([f"law={tmp_path / 'a'},{tmp_path / 'b'}", f"金融={tmp_path / 'a'}"])
    assert found == (
        Source("law", (tmp_path / "a", tmp_path / "b")),
        Source("金融", (tmp_path / "a",)),
    )


@pytest.mark.parametrize("argument", ["", "=x", "law=", "a b=/", "../x=/"])
def test_names_that_would_be_no_names_are_refused(argument: str) -> None:
    with pytest.raises(InvalidDomains, match="NAME=FILE"):
        texts.parse([argument])
