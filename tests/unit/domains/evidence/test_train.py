"""Training learns what the rows teach, and writes a file that loads."""

from __future__ import annotations

from domains.evidence import EvidenceCheck
from domains.evidence.evaluate import evaluate
from domains.evidence.features import NAMES
from domains.evidence.found import as_given
from domains.evidence.rows import Row, passage
from domains.evidence.train import train
from retrieval.protocols import Encoder

THINGS = [
    f"{colour}{thing}"
    for colour in ("red", "blue", "green", "dark")
    for thing in ("tea", "lamp", "car", "boat", "tree")
]


def rows(encoder: Encoder) -> list[Row]:
    made: list[Row] = []
    for thing, other in zip(THINGS, THINGS[::-1], strict=True):
        question = f"What does the {thing} cost?"
        made.append(Row(question, (passage(f"The {thing} costs 5 yuan."),), "answerable", "own"))
        made.append(Row(question, (passage(f"The {other} was painted."),), "unanswerable", "own"))
    return as_given(made, encoder)


def test_what_the_rows_teach_is_learnt(encoder: Encoder) -> None:
    taught = rows(encoder)
    weights = train(taught)
    figures = evaluate(taught, EvidenceCheck(weights))
    assert weights.names == NAMES
    assert weights.trained_on == {"own answerable": 20, "own unanswerable": 20}
    assert figures.refused_unanswerable == 1.0
    assert figures.refused_answerable is not None
    assert figures.refused_answerable <= 0.15


def test_training_twice_gives_the_same_weights(encoder: Encoder) -> None:
    assert train(rows(encoder)) == train(rows(encoder))


def test_a_weights_file_survives_the_disk(encoder: Encoder) -> None:
    weights = train(rows(encoder))
    assert type(weights).model_validate_json(weights.model_dump_json()) == weights


def test_what_no_row_measures_does_not_hinder_training() -> None:
    weights = train([row for n in range(10) for row in unmeasured(n)])
    where = weights.names.index("meaning")
    assert (weights.mean[where], weights.scale[where], weights.answers.weight[where]) == (0.0, 1.0, 0.0)


def unmeasured(n: int) -> list[Row]:
    question = f"What does thing {n} cost?"
    return [
        Row(question, (passage(f"Thing {n} costs 5 yuan."),), "answerable", "own"),
        Row(question, (passage("Tea is green."),), "unanswerable", "own"),
    ]


def test_chat_is_told_from_questions_that_documents_are_about(encoder: Encoder) -> None:
    chat = [Row(f"Sing {thing}", (passage("Rules of the house."),), "unanswerable", "own", "off") for thing in THINGS]
    weights = train([*rows(encoder), *as_given(chat, encoder)])
    check = EvidenceCheck(weights)
    assert not any(check.judge(row.question, row.hits).related for row in as_given(chat, encoder))
    related = [check.judge(row.question, row.hits).related for row in rows(encoder) if row.label == "answerable"]
    assert sum(related) >= 0.8 * len(related)
