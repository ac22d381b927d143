"""Answers without the model."""

from __future__ import annotations

from assistant.chat import texts
from assistant.chat.fallback import from_documents
from domains import registry
from domains.types import Evidence, Language, Question
from retrieval.types import Hit
from tests.chatkit import WARRANTY, WARRANTY_ZH, chunk

WHY = texts.FROM_DOCUMENTS


def question(text: str, language: Language = "en") -> Question:
    return Question(text, text, language, "x")


def test_the_best_passages_are_quoted_with_their_numbers() -> None:
    evidence = Evidence((Hit(WARRANTY, 1.0), Hit(chunk("The lamp is sold in Aurora blue."), 0.5)), 0.9, sufficient=True)
    judged = from_documents(registry.load("general"), question("How long is the warranty?"), evidence, WHY)
    assert judged is not None
    assert judged.text.startswith(texts.FROM_DOCUMENTS.en)
    assert "24 months from delivery" in judged.text
    assert "[1]" in judged.text
    assert "[2]" in judged.text


def test_it_speaks_the_askers_language() -> None:
    evidence = Evidence((Hit(WARRANTY_ZH, 1.0),), 0.9, sufficient=True)
    judged = from_documents(registry.load("general"), question("保修期多久？", "zh"), evidence, WHY)
    assert judged is not None
    assert judged.text.startswith(texts.FROM_DOCUMENTS.zh)


def test_in_an_emergency_what_to_do_comes_first() -> None:
    medical = registry.load("medical")
    asked = question("I have crushing chest pain, what does the leaflet say?")
    evidence = Evidence((Hit(chunk("Chest pain leaflet: rest and call the ward."), 1.0),), 0.9, sufficient=True)
    judged = from_documents(medical, asked, evidence, WHY)
    assert medical.opening(asked)
    assert judged is None or judged.text.startswith(medical.opening(asked))


def test_without_passages_there_is_nothing_to_say() -> None:
    assert from_documents(registry.load("general"), question("x"), Evidence((), 0.0, sufficient=False), WHY) is None
