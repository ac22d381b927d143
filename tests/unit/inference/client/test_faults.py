"""Each exception of the `openai` client, read as one of ours."""

from __future__ import annotations

import json

import httpx2
import openai
import pytest

from inference.client import faults
from inference.client.errors import ModelError, ModelInterrupted, ModelRejected, ModelUnavailable
from inference.client.faults import Fault

REQUEST = httpx2.Request("POST", "http://127.0.0.1:8001/v1/chat/completions")


def status(code: int, message: str = "no", **headers: str) -> openai.APIStatusError:
    response = httpx2.Response(code, headers=headers, request=REQUEST)
    return openai.APIStatusError(message, response=response, body=None)


def read(exception: Exception, *, started: bool = False) -> Fault:
    return faults.read(exception, server="http://127.0.0.1:8001/v1", model="demo", started=started)


@pytest.mark.parametrize(
    ("code", "kind", "again", "trips"),
    [
        (400, ModelRejected, False, False),
        (401, ModelRejected, False, False),
        (404, ModelRejected, False, False),
        (422, ModelRejected, False, False),
        (429, ModelUnavailable, True, False),
        (500, ModelUnavailable, False, True),
        (502, ModelUnavailable, True, True),
        (503, ModelUnavailable, True, True),
        (504, ModelUnavailable, True, True),
    ],
)
def test_each_status_has_one_meaning(code: int, kind: type[ModelError], again: bool, trips: bool) -> None:
    fault = read(status(code))
    assert (type(fault.error), fault.again, fault.trips) == (kind, again, trips)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("This model's maximum context length is 2048 tokens.", "prompt_too_long"),
        ("max_tokens is too large: 9000", "prompt_too_long"),
        ("temperature must be non-negative", "model_rejected"),
    ],
)
def test_a_bad_request_says_whether_it_was_too_long(message: str, code: str) -> None:
    assert read(status(400, message)).error.code == code


def test_a_lost_connection_is_worth_another_try_only_before_the_first_token() -> None:
    lost = openai.APIConnectionError(request=REQUEST)
    assert read(lost).again
    after = read(lost, started=True)
    assert isinstance(after.error, ModelInterrupted)
    assert not after.again


def test_a_connection_timeout_counts_as_nothing_answering() -> None:
    fault = read(openai.APITimeoutError(request=REQUEST))
    assert isinstance(fault.error, ModelUnavailable)
    assert fault.again


def test_an_event_that_is_not_json_names_the_setting() -> None:
    fault = read(json.JSONDecodeError("x", "{", 0))
    assert "MODEL_URL" in str(fault.error)


def test_what_the_server_confesses_in_the_stream_is_passed_on() -> None:
    fault = read(openai.APIError("EngineDeadError", request=REQUEST, body=None), started=True)
    assert isinstance(fault.error, ModelInterrupted)
    assert "EngineDeadError" in str(fault.error)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("3", 3.0),
        (" 0.5 ", 0.5),
        ("0", 0.0),
        (None, None),
        ("", None),
        ("Fri, 31 Dec 1999 23:59:59 GMT", None),
        ("-1", None),
    ],
)
def test_retry_after_is_read_in_seconds_or_not_at_all(header: str | None, seconds: float | None) -> None:
    assert faults.retry_after(header) == seconds


def test_the_wait_a_busy_server_asks_for_is_kept() -> None:
    assert read(status(503, **{"retry-after": "7"})).error.retry_after == 7.0
