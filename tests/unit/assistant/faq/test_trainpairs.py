"""Pairs to learn from: by rule, by seed, and never what is kept aside."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.faq import trainpairs
from assistant.faq.trainpairs import Labelled, build, kept_aside

BANK = {
    f"{verb}_{thing}": [f"{how} {verb} my {thing}{end}" for how in ("How do I", "I want to", "Help me") for end in "?!"]
    for verb in ("open", "close", "freeze")
    for thing in ("account", "card", "loan", "vault")
}


def write(path: Path, rows: list[dict[str, object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    rows: list[dict[str, object]] = [{"text": t, "intent": i} for i, texts in BANK.items() for t in texts]
    write(tmp_path / "banking77/dev/train.jsonl", rows)
    write(
        tmp_path / "hwu64/dev/train.jsonl",
        [
            {"text": "play the radio station now", "intent": "radio"},
            {"text": "could you play that radio station now", "intent": "radio"},
            {"text": "set an alarm for 7", "intent": "alarm"},
            {"text": "please set the alarm for 8", "intent": "alarm"},
        ],
    )
    for name in ("dev", "train_3000"):
        write(tmp_path / f"cmedqq/dev/{name}.jsonl", [{"text_a": f"{name}怎么治", "text_b": "吃什么药", "label": 0}])
    illnesses = ["Asthma", "Gout", "Mumps", "Measles", "Scurvy"]
    templates = {
        "information": ["What is (are) {} ?", "Do you have information about {}"],
        "causes": ["What causes {} ?"],
    }
    write(
        tmp_path / "medquad/dev/questions.jsonl",
        [
            {"question": template.replace("{}", illness), "qtype": kind, "focus": illness}
            for kind, ways in templates.items()
            for template in ways
            for illness in illnesses
        ],
    )
    chq = "I am worried. What is the best treatment for gout pain? Thanks"
    write(
        tmp_path / "meqsum/dev/summaries.jsonl",
        [
            {"file": "1", "chq": chq, "summary": "What are the best treatments for gout pain?"},
            {"file": "2", "chq": "No question here", "summary": "Where can I find a doctor for gout?"},
        ],
    )
    return tmp_path


def test_the_same_seed_makes_the_same_pairs(data: Path) -> None:
    assert build(data) == build(data)
    assert build(data) != build(data, seed=8)


def test_labels_follow_the_rules_of_each_set(data: Path) -> None:
    rows = build(data)
    intent = {text: name for name, texts in BANK.items() for text in texts}
    for row in rows:
        if row.source == "banking77":
            assert (intent[row.text_a] == intent[row.text_b]) == bool(row.label)
    same = {(row.text_a, row.text_b) for row in rows if row.source == "hwu64" and row.label}
    assert {frozenset(pair) for pair in same} == {
        frozenset({"play the radio station now", "could you play that radio station now"})
    }
    medical = [row for row in rows if row.source == "medquad"]
    assert any(row.label for row in medical)
    assert all("information" in row.text_a + row.text_b or "(are)" in row.text_a + row.text_b
               for row in medical if row.label)  # fmt: skip
    assert {(row.text_a, row.label) for row in rows if row.source == "meqsum" and row.label} == {
        ("What is the best treatment for gout pain?", 1)
    }


def test_no_text_lies_on_both_sides_of_the_split_of_intents(data: Path) -> None:
    rows = [row for row in build(data) if row.source == "banking77"]
    aside = {text for row in rows if kept_aside(row) for text in (row.text_a, row.text_b)}
    learnt = {text for row in rows if not kept_aside(row) for text in (row.text_a, row.text_b)}
    assert aside
    assert learnt
    assert aside.isdisjoint(learnt)


def test_the_chinese_pairs_are_all_for_learning() -> None:
    assert not kept_aside(Labelled("甲", "乙", 1, "cmedqq", ""))


def test_the_command_writes_the_part_that_is_asked_for(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out.jsonl"
    parts = []
    for more in ([], ["--learn"]):
        monkeypatch.setattr("sys.argv", ["trainpairs", "--data", str(data), "--out", str(out), *more])
        trainpairs.main()
        parts.append({(row["text_a"], row["text_b"]) for row in map(json.loads, out.read_text().splitlines())})
    assert parts[0]
    assert parts[1]
    assert parts[0].isdisjoint(parts[1])
