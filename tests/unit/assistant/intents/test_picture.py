"""The picture of confusions: well-formed, in both languages, only the confused part, nothing that could be script."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.intents.picture import CELL, LEFT, MOST, TOP, matrix, picture
from assistant.intents.report import Confusion

SVG = "{http://www.w3.org/2000/svg}"
NAMES = st.text("abcdefghij", min_size=1, max_size=2)
CONFUSIONS = st.dictionaries(st.tuples(NAMES, NAMES).filter(lambda pair: pair[0] != pair[1]), st.integers(1, 9)).map(
    lambda found: [Confusion(truth, named, times, "x") for (truth, named), times in found.items()]
)


def stored(*rows: list[object], accuracy: dict[str, float] | None = None) -> dict[str, object]:
    return {"confusions": list(rows), "profile": {"accuracy": accuracy or {"a": 0.75, "b": 0.5, "c": 1.0}}}


def drawn(report: dict[str, object], language: str = "en") -> ET.Element:
    return ET.fromstring(picture(report, language))  # noqa: S314 - drawn by us


def cell(root: ET.Element, title: str) -> ET.Element:
    return next(group for group in root.iter(f"{SVG}g") if group.findtext(f"{SVG}title", "").startswith(title))


def test_a_confusion_stands_in_the_row_of_the_truth_and_the_column_of_the_name() -> None:
    root = drawn(stored(["a", "b", 3, "where is it"]))
    group = cell(root, "a taken for b: 3, such as “where is it”")
    rect = group.find(f"{SVG}rect")
    assert rect is not None
    assert (rect.get("x"), rect.get("y")) == (str(LEFT + CELL + 1), str(TOP + 1))
    assert group.findtext(f"{SVG}text") == "3"


def test_the_diagonal_says_what_share_was_named_right() -> None:
    root = drawn(stored(["a", "b", 3, "x"]))
    assert cell(root, "a: 75%").findtext(f"{SVG}text") == "75%"
    assert cell(root, "b: 50%").findtext(f"{SVG}text") == "50%"


def test_an_intent_that_nobody_confuses_is_not_drawn_but_counted() -> None:
    root = drawn(stored(["a", "b", 3, "x"]))
    assert root.get("aria-label") == "Confusion matrix of 2 of 3 intents"
    assert "c" not in [text.text for text in root.iter(f"{SVG}text")]


def test_an_intent_without_a_share_of_its_own_shows_none() -> None:
    root = drawn(stored(["a", "oos", 1, "x"], accuracy={"a": 0.5}))
    assert cell(root, "oos: -").findtext(f"{SVG}text") == "-"


@pytest.mark.parametrize(
    ("language", "label", "row", "title"),
    [
        ("en", "Confusion matrix of 2 of 3 intents", "written under ↓", "a taken for b: 3, such as “x”"),
        ("zh-hans", "混淆矩阵：3 个意图中的 2 个", "例句所在的意图 ↓", "a 被认成 b：3 次，例如“x”"),
    ],
)
def test_it_speaks_both_languages(language: str, label: str, row: str, title: str) -> None:
    root = drawn(stored(["a", "b", 3, "x"]), language)
    assert root.get("aria-label") == label
    assert row in [text.text for text in root.iter(f"{SVG}text")]
    assert title in [found.text for found in root.iter(f"{SVG}title")]


@pytest.mark.parametrize(("language", "sentence"), [("en", "No held-out example"), ("zh", "没有留出的例句")])
def test_without_confusions_a_sentence_says_so(language: str, sentence: str) -> None:
    assert sentence in picture(stored(), language)


@pytest.mark.parametrize(("language", "sentence"), [("en", "Too few examples"), ("zh", "例句太少")])
def test_a_version_that_was_not_judged_says_so(language: str, sentence: str) -> None:
    assert sentence in picture(None, language)


def test_examples_and_names_are_text_and_never_markup() -> None:
    shown = picture(stored(["<b>", "b", 1, '"><script>alert(1)</script>'], accuracy={"<b>": 0.5}), "en")
    assert "<script" not in shown
    assert "<b>" not in shown
    ET.fromstring(shown)  # noqa: S314 - drawn by us


def test_the_policy_of_the_pages_allows_what_is_drawn() -> None:
    assert not re.search(r"\sstyle=|<style|\son\w+=", picture(stored(["a", "b", 3, "x"]), "en"))


def test_long_names_are_cut_and_stay_whole_in_the_hint() -> None:
    name = "a" * 80
    root = drawn(stored([name, "b", 1, "x"], accuracy={name: 0.5, "b": 1.0}))
    assert all(len(text.text or "") <= 40 for text in root.iter(f"{SVG}text"))
    assert any(name in (title.text or "") for title in root.iter(f"{SVG}title"))


def test_the_most_frequent_confusion_is_the_darkest() -> None:
    root = drawn(stored(["a", "b", 9, "x"], ["b", "c", 1, "x"]))
    dark, light = (cell(root, start).find(f"{SVG}rect") for start in ("a taken for b", "b taken for c"))
    assert dark is not None
    assert light is not None
    assert float(dark.get("fill-opacity", "0")) == pytest.approx(0.8)
    assert float(light.get("fill-opacity", "1")) < 0.3


def test_of_many_intents_the_most_confused_are_drawn() -> None:
    found = [Confusion(f"t{n:02}", f"n{n:02}", n, "x") for n in range(1, 31)]
    kept = matrix(found, {})
    assert len(kept.names) == MOST
    assert min(each.times for each in kept.cells.values()) == 30 - MOST // 2 + 1


@given(CONFUSIONS, st.integers(2, 8))
def test_what_is_left_out_never_has_more_confusions_than_the_first_kept(found: list[Confusion], most: int) -> None:
    kept = matrix(found, {}, most)
    assert len(kept.names) <= most
    assert kept.names == tuple(sorted(kept.names))
    assert {name for pair in kept.cells for name in pair} == set(kept.names)
    assert all(each.times <= kept.most for each in found)
    assert bool(kept.names) == bool(found)


@given(CONFUSIONS)
def test_the_order_in_which_confusions_are_stored_makes_no_difference(found: list[Confusion]) -> None:
    assert matrix(found, {}, 5) == matrix(found[::-1], {}, 5)


@given(
    st.lists(st.tuples(st.text(max_size=9), st.text(max_size=9), st.integers(1, 99), st.text(max_size=9)), max_size=6)
)
def test_no_name_tears_the_markup(rows: list[tuple[str, str, int, str]]) -> None:
    shown = picture(stored(*(list(row) for row in rows if row[0] != row[1])), "en")
    assert shown.count("<g>") == shown.count("</g>")
    assert shown.count("<") == shown.count(">")
