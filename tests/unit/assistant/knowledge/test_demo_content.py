"""The demo knowledge base is complete, bilingual, openly licensed and readable by ordinary parsers."""

import csv
import io
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import docx
import pdfplumber
import pypdf
import pytest
import trafilatura

DEMO = Path(__file__).resolve().parents[4] / "assistant" / "knowledge" / "demo"
LICENCES = {"Apache-2.0", "MIT", "BSD-3-Clause", "CC BY 4.0"}
DOMAINS = {"general", "finance", "medical", "code", "science"}
LANGUAGES = {"zh", "en"}
HAN = re.compile(r"[\u4e00-\u9fff]")
MEBIBYTE = 1024 * 1024


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DEMO / name).read_text(encoding="utf-8").splitlines() if line.strip()]


DOCUMENTS = rows("documents.jsonl")
FAQ = [entry for path in sorted((DEMO / "faq").glob("*.jsonl")) for entry in rows(f"faq/{path.name}")]
INTENT_ROWS = rows("intents.jsonl")
INTENTS = json.loads((DEMO / "intents.json").read_text(encoding="utf-8"))["intents"]
EVIDENCE = rows("evidence.jsonl")
QUESTIONS = rows("questions.jsonl")


def docx_text(path: Path) -> str:
    document = docx.Document(str(path))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def pdf_pages(path: Path) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(path).pages]


def text_of(path: Path) -> str:
    match path.suffix:
        case ".pdf":
            return "\n".join(pdf_pages(path))
        case ".docx":
            return docx_text(path)
        case ".html":
            return trafilatura.extract(path.read_text(encoding="utf-8"), include_tables=True) or ""
        case _:
            return path.read_text(encoding="utf-8")


def squeezed(text: str) -> str:
    return re.sub(r"[\s|]+", "", text)


def script_matches(text: str, language: str) -> bool:
    return bool(HAN.search(text)) == (language == "zh")


# Documents


def test_the_floor_of_documents_and_formats_is_passed() -> None:
    formats = Counter(Path(row["file"]).suffix for row in DOCUMENTS)
    assert len(DOCUMENTS) >= 80
    assert {".pdf", ".docx", ".html", ".md", ".csv"} <= set(formats)
    assert min(formats.values()) >= 10


def test_both_languages_have_at_least_forty_documents_and_are_balanced() -> None:
    languages = Counter(row["language"] for row in DOCUMENTS)
    assert set(languages) == LANGUAGES
    assert min(languages.values()) >= 40
    assert abs(languages["zh"] - languages["en"]) <= 0.1 * len(DOCUMENTS)


def test_every_domain_has_documents_in_both_languages() -> None:
    assert {(row["domain"], row["language"]) for row in DOCUMENTS} == {(d, x) for d in DOMAINS for x in LANGUAGES}


def test_manifest_and_folder_name_the_same_files() -> None:
    listed = [row["file"] for row in DOCUMENTS]
    present = {str(p.relative_to(DEMO)) for p in (DEMO / "documents").rglob("*") if p.is_file()}
    assert len(listed) == len(set(listed))
    assert set(listed) == present


@pytest.mark.parametrize("row", DOCUMENTS, ids=lambda row: row["file"])
def test_a_document_has_a_complete_manifest_row(row: dict[str, Any]) -> None:
    assert set(row) == {"file", "title", "domain", "language", "tags", "licence", "attribution"}
    assert row["file"].startswith(f"documents/{row['domain']}/{row['language']}/")
    assert row["licence"] in LICENCES
    assert row["attribution"]
    assert row["tags"]


@pytest.mark.parametrize("row", DOCUMENTS, ids=lambda row: row["file"])
def test_a_document_yields_text_in_its_language(row: dict[str, Any]) -> None:
    text = text_of(DEMO / row["file"])
    if row["file"].endswith(".csv"):
        assert len(text.splitlines()) >= 6
    elif row["language"] == "zh":
        assert 350 <= len(squeezed(text)) <= 3000
    else:
        assert 190 <= len(text.split()) <= 1300
    assert script_matches(text, row["language"])
    assert not {"�", "\x00"} & set(text)


@pytest.mark.parametrize("row", [r for r in DOCUMENTS if r["file"].endswith(".pdf")], ids=lambda row: row["file"])
def test_a_pdf_reads_the_same_in_two_parsers_page_by_page(row: dict[str, Any]) -> None:
    path = DEMO / row["file"]
    with pdfplumber.open(path) as pdf:
        plumber = [page.extract_text() for page in pdf.pages]
    pages = pdf_pages(path)
    assert len(pages) == len(plumber) >= 2
    for ours, theirs in zip(pages, plumber, strict=True):
        common = Counter(squeezed(ours)) & Counter(squeezed(theirs))
        assert common.total() >= 0.95 * len(squeezed(ours))


def test_docx_files_carry_headings_and_tables() -> None:
    documents = [docx.Document(str(DEMO / r["file"])) for r in DOCUMENTS if r["file"].endswith(".docx")]
    styles = [{p.style.name for p in d.paragraphs if p.style is not None} for d in documents]
    assert all({"Heading 1", "Heading 2"} <= names for names in styles)
    assert sum(bool(d.tables) for d in documents) >= 10


def test_html_files_have_boilerplate_that_a_reader_must_strip() -> None:
    for row in DOCUMENTS:
        if row["file"].endswith(".html"):
            source = (DEMO / row["file"]).read_text(encoding="utf-8")
            assert {"<nav>", "<footer>", "<article>"} <= set(re.findall(r"<[a-z]+>", source)), row["file"]
            text = text_of(DEMO / row["file"])
            assert "Was this article helpful" not in text
            assert "这篇文章有帮助吗" not in text


def test_csv_files_are_rectangular_with_a_header() -> None:
    for row in DOCUMENTS:
        if row["file"].endswith(".csv"):
            table = list(csv.reader(io.StringIO((DEMO / row["file"]).read_text(encoding="utf-8"))))
            assert len({len(line) for line in table}) == 1, row["file"]
            assert len(set(table[0])) == len(table[0]), row["file"]


# Licences


def test_third_party_documents_are_listed_in_the_licence_page_and_no_others() -> None:
    page = (DEMO / "LICENSES.md").read_text(encoding="utf-8")
    third_party = {r["file"] for r in DOCUMENTS if r["attribution"] not in {"Written for this project", "为本项目撰写"}}
    assert third_party == set(re.findall(r"`(documents/[^`]+)`", page))


def test_texts_written_here_are_under_the_projects_licence() -> None:
    own = [r for r in DOCUMENTS if r["attribution"] in {"Written for this project", "为本项目撰写"}]
    assert {r["licence"] for r in own} == {"Apache-2.0"}


def test_no_share_alike_or_non_commercial_licence_is_named_anywhere() -> None:
    licences = {r["licence"] for r in DOCUMENTS} | {e["source"]["licence"] for e in FAQ if "source" in e}
    assert not [licence for licence in licences if re.search(r"SA|NC|ND|Sharing", licence)]


def test_the_whole_folder_stays_small() -> None:
    assert sum(p.stat().st_size for p in DEMO.rglob("*") if p.is_file()) <= 8 * MEBIBYTE


# FAQ


def test_the_floor_of_faq_entries_is_passed_in_equal_halves() -> None:
    languages = Counter(entry["language"] for entry in FAQ)
    assert len(FAQ) >= 160
    assert languages["zh"] == languages["en"]


def test_faq_keys_are_unique_and_pairs_hold_one_entry_of_each_language() -> None:
    assert len({entry["key"] for entry in FAQ}) == len(FAQ)
    pairs = Counter((entry["pair"], entry["language"]) for entry in FAQ if "pair" in entry)
    assert set(pairs.values()) == {1}
    assert {pair for pair, _ in pairs} == {pair for pair, language in pairs if language == "zh"}


@pytest.mark.parametrize("entry", FAQ, ids=lambda entry: entry["key"])
def test_a_faq_entry_is_complete_and_in_its_language(entry: dict[str, Any]) -> None:
    assert entry["domain"] in DOMAINS
    assert 2 <= len(entry["variants"]) <= 5
    assert entry["tags"]
    assert script_matches(entry["question"] + entry["answer"], entry["language"])


def test_no_question_of_the_faq_belongs_to_two_entries() -> None:
    asked = Counter(q.casefold().strip(" ?？") for e in FAQ for q in [e["question"], *e["variants"]])
    assert [q for q, n in asked.items() if n > 1] == []


@pytest.mark.parametrize("pair", sorted({e["pair"] for e in FAQ}))
def test_the_two_languages_of_a_pair_give_the_same_money_and_percentages(pair: str) -> None:
    answers = {e["language"]: e["answer"] for e in FAQ if e["pair"] == pair}
    english, chinese = answers["en"], answers["zh"]
    percentages = [set(re.findall(r"\d+(?:\.\d+)?%", text)) for text in (english, chinese)]
    yuan = {n.replace(",", "") for n in re.findall(r"([\d,.]+\d|\d)[ -]yuan", english) if "." not in n}
    said_in_discount_points = {"15%", "20%"} if pair == "plan-price" else set()
    assert percentages[0] - said_in_discount_points == percentages[1]
    assert {n for n in yuan if n not in chinese} == set()


# Intents


def test_intents_name_known_domains_and_layers_in_both_languages() -> None:
    assert len({i["name"] for i in INTENTS}) == len(INTENTS)
    for intent in INTENTS:
        assert intent["domain"] in DOMAINS
        assert intent["layer"] in {"faq", "domain", "small_talk", "human"}
        assert script_matches(intent["description_zh"], "zh")
        assert script_matches(intent["description_en"], "en")


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_intent_and_out_of_scope_has_enough_examples(language: str) -> None:
    counts = Counter(row["intent"] for row in INTENT_ROWS if row["language"] == language)
    assert set(counts) == {i["name"] for i in INTENTS} | {None}
    assert min(counts.values()) >= 25


def test_out_of_scope_rows_are_flagged_and_no_text_is_labelled_twice() -> None:
    assert all((row["intent"] is None) == bool(row.get("oos")) for row in INTENT_ROWS)
    texts = Counter(row["text"].casefold() for row in INTENT_ROWS)
    assert [text for text, n in texts.items() if n > 1] == []


def test_small_talk_answers_each_kind_in_both_languages() -> None:
    talk = rows("small_talk.jsonl")
    assert {"greeting", "thanks", "farewell", "identity"} <= {row["kind"] for row in talk}
    assert Counter(row["kind"] for row in talk).most_common()[-1][1] == 2
    assert all(script_matches(reply, row["language"]) for row in talk for reply in row["replies"])


# Acceptance questions and evidence


def test_acceptance_questions_cover_every_layer_in_both_languages() -> None:
    covered = Counter((q["expect_layer"], q["language"]) for q in QUESTIONS)
    assert len(QUESTIONS) >= 60
    assert set(covered) == {(x, y) for x in ("faq", "retrieval", "model", "refused") for y in LANGUAGES}
    assert min(covered.values()) >= 4
    assert sum(q.get("trap") == "cross_language" for q in QUESTIONS) >= 10


@pytest.mark.parametrize("question", [q for q in QUESTIONS if "document" in q], ids=lambda q: q["question"])
def test_the_answer_stands_in_the_document_that_is_named(question: dict[str, Any]) -> None:
    text = squeezed(text_of(DEMO / question["document"]))
    assert [part for part in question["answer_contains"] if squeezed(part) not in text] == []
    language = question["document"].split("/")[2]
    assert (language != question["language"]) == (question.get("trap") == "cross_language")


@pytest.mark.parametrize("question", [q for q in QUESTIONS if q["expect_layer"] == "faq"], ids=lambda q: q["question"])
def test_a_faq_question_is_a_known_wording_with_that_answer(question: dict[str, Any]) -> None:
    entry = next(e for e in FAQ if question["question"] in [e["question"], *e["variants"]])
    assert [part for part in question["answer_contains"] if part not in entry["answer"]] == []


def test_traps_that_name_a_faq_entry_name_one_that_exists() -> None:
    named = {q["must_not_serve"] for q in QUESTIONS if "must_not_serve" in q}
    assert named
    assert named <= {e["key"] for e in FAQ}


def test_evidence_is_balanced_between_languages_and_answers() -> None:
    cells = Counter((row["language"], row["answered"]) for row in EVIDENCE)
    assert len(EVIDENCE) >= 400
    for answered in (True, False):
        assert abs(cells["zh", answered] - cells["en", answered]) <= 0.05 * len(EVIDENCE)
    assert sum(row["answered"] for row in EVIDENCE) >= 0.4 * len(EVIDENCE)


def test_no_document_of_the_evidence_is_in_both_splits_not_even_as_a_translation() -> None:
    splits: dict[str, set[str]] = {}
    for row in EVIDENCE:
        domain, slug = Path(row["document"]).parts[1], Path(row["document"]).stem
        splits.setdefault(f"{domain}/{slug}", set()).add(row["split"])
    assert {len(found) for found in splits.values()} == {1}
    assert {"train", "test"} == set().union(*splits.values())


def test_evidence_rows_name_documents_of_the_manifest_and_never_repeat() -> None:
    assert {row["document"] for row in EVIDENCE} <= {row["file"] for row in DOCUMENTS}
    assert max(Counter((row["question"], row["passage"]) for row in EVIDENCE).values()) == 1


def test_the_same_question_is_answered_by_one_passage_and_not_by_another() -> None:
    judged: dict[str, set[bool]] = {}
    for row in EVIDENCE:
        judged.setdefault(row["question"], set()).add(row["answered"])
    assert sum(len(found) == 2 for found in judged.values()) >= 100
