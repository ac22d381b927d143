"""The JSON of an answer."""

from __future__ import annotations

import json

from assistant.chat import answers
from assistant.chat.answers import Source, UsageShown
from retrieval.types import Hit
from tests.chatkit import PLAIN, WARRANTY, chunk


def test_absent_usage_page_and_url_are_left_out_and_nulls_that_mean_something_stay() -> None:
    body = json.loads(answers.to_json(PLAIN))
    assert "usage" not in body
    assert body["refused"] is None
    assert body["timings"]["intent_ms"] is None
    hit = Hit(chunk("text"), 0.123456789)
    [source] = json.loads(answers.sources_to_json((Source.of_hit(2, hit),)))["sources"]
    assert set(source) == {"n", "chunk", "document", "title", "revision", "score"}
    assert (source["n"], source["score"]) == (2, 0.123457)


def test_present_ones_are_shown() -> None:
    import dataclasses

    paged = chunk("text", page=3, url="https://example.org/a")
    shown = json.loads(answers.sources_to_json((Source.of_hit(1, Hit(paged, 1.0)),)))["sources"][0]
    assert (shown["page"], shown["url"]) == (3, "https://example.org/a")
    counted = dataclasses.replace(PLAIN, usage=UsageShown(1, 2))
    assert json.loads(answers.to_json(counted))["usage"] == {"prompt_tokens": 1, "completion_tokens": 2}


def test_chinese_is_written_as_it_is() -> None:
    assert "你好".encode() in answers.to_json(PLAIN)


def test_a_source_names_the_chunks_revision() -> None:
    assert Source.of_hit(1, Hit(WARRANTY, 1.0)).revision == WARRANTY.revision
