"""A newcomer's first minute: the demo loads, answers in both languages, and loading it again changes nothing."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from assistant.accounts.models import Tenant
from assistant.chat.answers import Answer
from assistant.faq.lookup import FaqIndex
from assistant.faq.models import FaqEntry, FaqVariant
from assistant.faq.stats import default_stats
from assistant.intents.classifier import IntentClassifier
from assistant.intents.models import Example, Intent, TrainedClassifier
from assistant.intents.types import Route
from assistant.knowledge.demo_files import FOLDER
from assistant.knowledge.live import LiveKnowledge, build_index
from assistant.knowledge.models import Chunk, ChunkChange, Document, IngestionJob, Revision
from assistant.widget.demo_content import CARDS
from domains.evidence.check import EvidenceCheck
from retrieval.encoders.batching import BatchingEncoder
from retrieval.indexes.generations import GenerationStore
from retrieval.protocols import Encoder
from retrieval.retriever import HybridRetriever
from retrieval.types import Filter
from tests import chatkit

COUNTED = (Tenant, FaqEntry, FaqVariant, Intent, Example, TrainedClassifier, Document, Revision, Chunk, ChunkChange)


@pytest.fixture
def slice_of_the_demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every ninth document, every third example, the curated answers of two domains: minutes become seconds."""
    folder = tmp_path / "demo"
    shutil.copytree(FOLDER, folder)
    for name, step in (("documents.jsonl", 9), ("intents.jsonl", 3)):
        lines = (folder / name).read_text("utf-8").splitlines()
        (folder / name).write_text("\n".join(lines[::step]), "utf-8")
    for path in (folder / "faq").glob("*.jsonl"):
        if not path.name.startswith(("code", "science")):
            path.unlink()
    monkeypatch.setattr("assistant.knowledge.management.commands.load_demo.FOLDER", folder)
    return folder


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(900)
def test_the_whole_demo_loads(redis_url: str, house_encoder: Encoder) -> None:
    call_command("load_demo")
    assert Document.objects.filter(state="live").count() == Document.objects.count() >= 80
    assert FaqEntry.objects.count() >= 120
    assert (TrainedClassifier.objects.get().held_out_accuracy or 0) > 0.85


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(900)
def test_no_question_of_the_demo_page_is_refused_even_when_the_model_talks_beside_the_point(
    redis_url: str, house_encoder: Encoder
) -> None:
    call_command("load_demo")
    faq, intents = FaqIndex(house_encoder, default_stats()), IntentClassifier(house_encoder.name)
    retriever = HybridRetriever(house_encoder)
    for part in (faq, intents, LiveKnowledge(retriever, house_encoder.name)):
        part.refresh()
    questions = [question for card in CARDS for question in (*card.en, *card.zh)]
    assert len(questions) >= 16
    where = chatkit.room(
        chatkit.model(*["Penguins are birds." for _ in questions]),
        faq=faq, intents=intents, encoder=BatchingEncoder(house_encoder), retriever=retriever,
        evidence=EvidenceCheck.load(),
    )  # fmt: skip

    async def answered() -> dict[str, Answer]:
        return {text: chatkit.finished(await chatkit.events(chatkit.asked(text), where)) for text in questions}

    answers = asyncio.run(answered())
    assert [text for text, answer in answers.items() if answer.refused is not None] == []
    beside = [text for text, answer in answers.items() if answer.answer.startswith("Penguins")]
    assert all("Fibonacci" in text or "回文" in text for text in beside)  # nobody's documents hold these


@pytest.mark.django_db(transaction=True)
def test_the_demo_answers_in_both_languages_and_loading_it_twice_changes_nothing(
    redis_url: str, house_encoder: Encoder, slice_of_the_demo: Path, tmp_path: Path
) -> None:
    call_command("load_demo")
    before = {model.__name__: model.objects.count() for model in COUNTED}  # type: ignore[attr-defined]
    assert min(before.values()) >= 1
    assert not Document.objects.exclude(state="live").exists()
    assert not IngestionJob.objects.exclude(state="done").exists()

    _curated_answers_are_found(house_encoder)
    _intents_are_told_apart(house_encoder)
    _documents_are_found_with_and_without_a_generation(house_encoder, tmp_path / "index")

    entry = FaqEntry.objects.filter(language="zh").first()
    assert entry is not None
    FaqEntry.objects.filter(pk=entry.pk).update(answer="编辑改过的答案")
    with _queries() as queries:
        call_command("load_demo")
    assert {model.__name__: model.objects.count() for model in COUNTED} == before  # type: ignore[attr-defined]
    assert FaqEntry.objects.get(pk=entry.pk).answer == "编辑改过的答案"
    assert not [query for query in queries if query.startswith(("UPDATE", "DELETE"))]


def _curated_answers_are_found(encoder: Encoder) -> None:
    index = FaqIndex(encoder, default_stats())
    index.refresh()
    for entry in FaqEntry.objects.all():
        exact = index.exact("demo", f" {entry.question.upper()}?！")
        assert exact is not None
        assert exact.answer == entry.answer
        other = "en" if entry.language == "zh" else "zh"
        vector = encoder.encode_questions([entry.question])[0]
        near = index.nearest("demo", vector, entry.question, entry.language)
        assert near is not None
        assert (near.key, near.language) == (entry.key, entry.language)
        assert index.nearest("other", vector, entry.question, entry.language) is None
        elsewhere = index.nearest("demo", vector, entry.question, other)
        assert elsewhere is None or elsewhere.language == other


def _intents_are_told_apart(encoder: Encoder) -> None:
    classifier = IntentClassifier(encoder.name)
    classifier.refresh()
    expected = {
        "Where is my parcel right now?": ("order_status", Route.FAQ),
        "我的包裹到哪儿了": ("order_status", Route.FAQ),
        "What was the net profit margin in 2025?": ("finance", Route.DOMAIN),
        "头疼发烧应该挂什么科": ("medical", Route.DOMAIN),
        "My Python code raises an exception, how do I fix it?": ("code", Route.DOMAIN),
        "谢谢你": ("small_talk", Route.SMALL_TALK),
        "I want to talk to a human": ("human", Route.HUMAN),
        "转人工": ("human", Route.HUMAN),
    }
    vectors = encoder.encode_questions(list(expected))
    guesses = [classifier.classify("demo", text, vector) for text, vector in zip(expected, vectors, strict=True)]
    assert [(guess.name, guess.route) for guess in guesses] == list(expected.values())
    assert guesses[5].reply("zh") is not None
    assert classifier.classify("other", "hello", vectors[0]).confidence == 0.0
    row = TrainedClassifier.objects.get()
    assert row.held_out_accuracy is not None
    assert row.held_out_accuracy > 0.7


def _documents_are_found_with_and_without_a_generation(encoder: Encoder, folder: Path) -> None:
    store = GenerationStore(folder)
    followed = HybridRetriever(encoder)
    live = LiveKnowledge(followed, encoder.name, store=store)
    live.refresh()
    generation = build_index(store, encoder.name)
    loaded = HybridRetriever(encoder, generation=generation)
    assert followed.size == loaded.size == Chunk.objects.count()
    live.refresh()
    assert followed.sequence == loaded.sequence == ChunkChange.objects.last()
    within = Filter("demo")
    for retriever in (followed, loaded):
        for chunk in Chunk.objects.order_by("id")[:5]:
            hits = retriever.search(chunk.text[:60], within)
            assert chunk.pk in [hit.chunk.id for hit in hits]
            assert {hit.chunk.tenant for hit in hits} == {"demo"}
        assert retriever.search("报销需要什么材料", Filter("other")) == []


class _queries:  # noqa: N801 - reads as a verb in a with statement
    """Collects the statements that run inside."""

    def __enter__(self) -> list[str]:
        self.seen: list[str] = []
        self.wrapper = connection.execute_wrapper(self._see)
        self.wrapper.__enter__()
        return self.seen

    def __exit__(self, *_: object) -> None:
        self.wrapper.__exit__(None, None, None)

    def _see(self, execute: object, sql: str, *rest: object) -> object:
        self.seen.append(sql)
        return execute(sql, *rest)  # type: ignore[operator]
