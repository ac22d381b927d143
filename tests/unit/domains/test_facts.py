"""Facts from supplied evidence: what is asked, what counts as right, and what the figures say of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from domains import quoting
from domains.facts import Fact, NotInForm, drawn, evaluate, read, says
from domains.general.domain import General
from inference.client.errors import ModelInterrupted
from inference.client.scripted import Reply, ScriptedModel

PASSAGES = [
    {"doc_id": "a", "title": "Warsaw", "text": "The Summer Theatre was in operation from 1870 to 1939."},
    {"doc_id": "b", "title": "Warsaw", "text": "Polonia was relegated in 2013."},
    {"doc_id": "c", "title": "Warsaw", "text": "The river flows north."},
    {"doc_id": "d", "title": "Warsaw", "text": "The castle was rebuilt."},
    {"doc_id": "e", "title": "Oxygen", "text": "Oxygen was found in 1774."},
]
QUESTIONS = [
    {"question": "How long was the theatre in operation?", "doc_id": "a", "answers": [{"text": "1870 to 1939"}]},
    {"question": "When was Polonia relegated?", "doc_id": "b", "answers": [{"text": "2013"}, {"text": "in 2013"}]},
    {"question": "When was oxygen found?", "doc_id": "e", "answers": [{"text": "1774"}]},
]
CHINESE = [
    [{"doc_id": "a", "title": "华沙", "text": "夏季剧院从1870年到1939年运营。"}],
    [{"question": "夏季剧院运营了多长时间？", "doc_id": "a", "answers": [{"text": "1870 年到 1939 年"}]}],
]


def write(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def english(tmp_path: Path) -> list[Fact]:
    return read([write(tmp_path / "passages", PASSAGES)], [write(tmp_path / "questions", QUESTIONS)])


def test_a_fact_is_asked_with_its_passage_first_and_two_others_of_the_article(english: list[Fact]) -> None:
    theatre, polonia, oxygen = english
    assert [hit.chunk.id for hit in theatre.hits] == ["a", "b", "c"]
    assert [hit.chunk.id for hit in polonia.hits] == ["b", "a", "c"]
    assert [hit.chunk.id for hit in oxygen.hits] == ["e"]
    assert polonia.answers == ("2013", "in 2013")
    assert theatre.question.language == theatre.hits[0].chunk.language == "en"


def test_two_languages_may_share_their_ids(tmp_path: Path) -> None:
    files = [write(tmp_path / f"{n}", rows) for n, rows in enumerate([PASSAGES, QUESTIONS, *CHINESE])]
    facts = read([files[0], files[2]], [files[1], files[3]])
    assert [fact.question.language for fact in facts] == ["en", "en", "en", "zh"]
    assert facts[-1].hits[0].chunk.text.startswith("夏季剧院")


@pytest.mark.parametrize(
    ("text", "answer", "right"),
    [
        ("It ran from 1870 to 1939 [1].", "1870 to 1939", True),
        ("It ran from 1870 to 1939.", "1870 TO 1939", True),
        ("It was the Saxon [1] Garden.", "saxon garden", True),
        ("Ogród Saski", "Ogród Saski", True),
        ("In 20130 people left.", "2013", False),
        ("It was 12013.", "2013", False),
        ("The theatres ran.", "theatre", False),
        ("夏季剧院从1870年到1939年运营[1]。", "1870 年到 1939 年", True),
        ("它位于萨克森花园。", "萨克森花园", True),
        ("共有13人。", "3人", False),
        ("Ａ１０５０ 元", "A1050", True),
        ("I do not know.", "1774", False),
        ("anything", "…", False),
    ],
)
def test_an_answer_is_right_when_its_whole_words_stand_in_it(text: str, answer: str, right: bool) -> None:
    assert says(text, answer) is right


async def test_figures_tell_right_wrong_refused_and_cited_apart(english: list[Fact]) -> None:
    model = ScriptedModel(
        [
            "It was in operation from 1870 to 1939 [1].",
            "The river flows north [3].",
            "The sources do not say when oxygen was found.",
        ]
    )
    figures = await evaluate(english, General(), model)
    assert (figures.asked, figures.right, figures.right_by_language) == (3, pytest.approx(1 / 3), {"en": 1 / 3})
    assert figures.refused == pytest.approx(1 / 3)
    assert figures.cited == 0.5
    assert figures.wrong == (
        ("When was Polonia relegated?", "The river flows north [3]."),
        ("When was oxygen found?", ""),
    )


async def test_the_model_is_asked_as_in_service_and_never_passed_over_for_a_quotation(english: list[Fact]) -> None:
    model = ScriptedModel(["It was found in 1774 [1]."])
    figures = await evaluate(english[2:], General(), model)
    assert figures.right == 1.0
    (request,) = model.requests
    assert "[1] Oxygen was found in 1774." in request.messages[-1].content
    assert request.sampling == General.from_sources
    assert quoting.CERTAIN > 0.5


async def test_a_number_from_nowhere_is_withdrawn_as_in_service(english: list[Fact]) -> None:
    figures = await evaluate(english[2:], General(), ScriptedModel(["Oxygen was found in 1823 [1]."]))
    assert (figures.right, figures.refused, figures.cited) == (0.0, 1.0, None)


async def test_a_model_that_breaks_off_ends_the_evaluation(english: list[Fact]) -> None:
    with pytest.raises(ModelInterrupted):
        await evaluate(english, General(), ScriptedModel([Reply(("It ",), error=ModelInterrupted("gone"))]))


async def test_nothing_asked_has_no_rates() -> None:
    figures = await evaluate([], General(), ScriptedModel([]))
    assert (figures.asked, figures.right, figures.refused, figures.cited, figures.wrong) == (0, None, None, None, ())


def test_a_draw_can_be_repeated_and_takes_the_languages_alike(tmp_path: Path, english: list[Fact]) -> None:
    chinese = read([write(tmp_path / "p", CHINESE[0])], [write(tmp_path / "q", CHINESE[1])])
    facts = [*english, *chinese]
    two = drawn(facts, 2, seed=3)
    assert sorted(fact.question.language for fact in two) == ["en", "zh"]
    assert two == drawn(facts, 2, seed=3)
    assert len(drawn(facts, 100, seed=1)) == 4
    assert drawn([], 5, seed=1) == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"question": "q", "doc_id": "z", "answers": []}', "line 1: no passage has the doc_id 'z'"),
        ('{"question": "q"}', "line 1: doc_id, answers missing"),
        ("{", "line 1: not a line of JSON"),
    ],
)
def test_a_file_in_another_form_is_named_with_its_line(tmp_path: Path, line: str, said: str) -> None:
    questions = tmp_path / "questions"
    questions.write_text(line, encoding="utf-8")
    with pytest.raises(NotInForm, match=said):
        read([write(tmp_path / "passages", PASSAGES)], [questions])


def test_files_come_in_pairs(tmp_path: Path) -> None:
    with pytest.raises(NotInForm, match="the first goes with the first"):
        read([tmp_path / "a", tmp_path / "b"], [tmp_path / "c"])
