"""The tree of errors: what is caught by what, and what may be tried again."""

from __future__ import annotations

import pickle

import pytest

from retrieval.errors import (
    EncoderUnavailable,
    IndexDamaged,
    IndexNotWritten,
    IndexUnavailable,
    ParserUnavailable,
    RecogniserUnavailable,
    RerankerUnavailable,
    RetrievalError,
    UnknownFormat,
    UnreadableDocument,
)

EVERY: list[RetrievalError] = [
    UnreadableDocument("damaged", "a.pdf is damaged"),
    UnknownFormat("unknown_format", "no loader takes .xyz", suffix=".xyz"),
    EncoderUnavailable("no folder"),
    RecogniserUnavailable("model.onnx is missing"),
    ParserUnavailable("the process does not start"),
    IndexDamaged("gen-000001: checksum differs"),
    IndexNotWritten("disk full"),
    IndexUnavailable("Milvus does not answer"),
    RerankerUnavailable("no weights"),
]


@pytest.mark.parametrize("error", EVERY, ids=lambda error: type(error).__name__)
def test_one_clause_catches_them_all_and_the_message_is_kept(error: RetrievalError) -> None:
    with pytest.raises(RetrievalError) as caught:
        raise error
    assert str(caught.value) == error.args[0]


@pytest.mark.parametrize("error", EVERY, ids=lambda error: type(error).__name__)
def test_only_what_this_machine_could_not_do_for_now_is_worth_another_try(error: RetrievalError) -> None:
    assert error.retryable is isinstance(error, (IndexNotWritten, IndexUnavailable, ParserUnavailable))


def test_an_unknown_format_is_an_unreadable_document_but_a_damaged_index_is_none() -> None:
    assert issubclass(UnknownFormat, UnreadableDocument)
    assert not issubclass(IndexDamaged, UnreadableDocument)
    assert not issubclass(IndexDamaged, OSError)


def test_a_document_error_carries_code_and_what_a_translation_needs() -> None:
    error = UnreadableDocument("too_large", "5 MB, the limit is 3", limit=3, size=5)
    assert error.code == "too_large"
    assert error.detail == {"limit": 3, "size": 5}
    assert UnreadableDocument("no_text", "nothing").detail == {}


def test_two_errors_do_not_share_their_detail() -> None:
    first, second = UnreadableDocument("a", "a"), UnreadableDocument("b", "b")
    first.detail["page"] = 1
    assert second.detail == {}


def test_a_plain_error_crosses_processes() -> None:
    back = pickle.loads(pickle.dumps(IndexDamaged("gen-000002: 3 chunks")))  # noqa: S301
    assert type(back) is IndexDamaged
    assert str(back) == "gen-000002: 3 chunks"
