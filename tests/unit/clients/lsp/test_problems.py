"""Problems: every answer that is none is understood, and says what to do in both languages."""

from __future__ import annotations

import pytest

from clients.lsp.problems import from_fields


@pytest.mark.parametrize(
    ("status", "fields", "code", "words"),
    [
        (401, {"code": "not_authenticated"}, "not_authenticated", "does not accept"),
        (403, {"code": "not_permitted"}, "not_permitted", "scope"),
        (429, {"code": "too_many_tests", "retry_after": 9.2}, "too_many_tests", "in 10 s"),
        (503, {"code": "starting"}, "starting", "in 7 s"),
        (
            503,
            {"code": "sandbox_unavailable", "detail": "Tell an operator."},
            "sandbox_unavailable",
            "Tell an operator.",
        ),
        (413, {"code": "body_too_large"}, "body_too_large", "too large"),
        (400, {"code": "unknown_language"}, "unknown_language", "this language"),
        (422, {"code": "missing_runner"}, "missing_runner", "this language"),
        (422, {"code": "fix_unsupported"}, "fix_unsupported", "Python, JavaScript, TypeScript and Java"),
        (400, {"code": "bad_path"}, "bad_path", "refused (400 bad_path)"),
        (404, {}, "not_assistant", "is not the assistant (status 404)"),
        (302, {}, "not_assistant", "status 302"),
        (502, {}, "unreachable", "does not answer"),
        (503, {}, "busy", "in 7 s"),
        (429, {"code": 3}, "busy", "in 7 s"),
    ],
)
def test_an_answer_is_understood(status: int, fields: dict[str, object], code: str, words: str) -> None:
    problem = from_fields(fields, status, "http://a", retry_after="7")
    assert problem.code == code
    assert words in problem.told("en")
    assert any("\u4e00" <= sign <= "\u9fff" for sign in problem.told("zh"))


def test_a_place_in_the_source_is_kept() -> None:
    problem = from_fields({"code": "syntax_error", "line": 3, "column": 7}, 422, "http://a")
    assert (problem.line, problem.column) == (3, 7)


def test_a_wait_that_is_a_date_is_a_moment() -> None:
    problem = from_fields({}, 503, "http://a", retry_after="Sun, 06 Nov 1994 08:49:37 GMT")
    assert "in a moment" in problem.told("en")
