"""A developer posts a module and gets back tests that were executed, with coverage, mutants and the suspected bug."""

from __future__ import annotations

import json
import time
from typing import NoReturn

import httpx
import pytest

from assistant.accounts import keys
from assistant.accounts.models import Tenant
from inference.client.scripted import ScriptedModel
from inference.client.types import ChatRequest
from sandbox import SandboxUnavailable, bubblewrap
from tests.functional.conftest import Serve, sse

SOURCE = '''def net(price: float, rebate: float) -> float:
    """Return the price less the rebate.

    Raises:
        ValueError: if price is negative.

    >>> net(10.0, 4.0)
    6.0
    """
    if rebate > price:
        return 0.0
    return price - rebate
'''
BODY = {"language": "python", "filename": "till.py", "source": SOURCE, "budget": 2}


def test_a_module_comes_back_with_tests_that_ran(serve: Serve) -> None:
    with serve().client() as client:
        response = client.post("/api/v1/tests", json=BODY, timeout=60)
    assert response.status_code == 200, response.text
    told = response.json()
    assert told["executed"] is True
    assert told["line_coverage"] == 1.0
    assert told["mutation_score"] > 0.5
    assert [bug["counter_example"] for bug in told["suspected_bugs"]] == ["net(-1, 10.0)"]
    assert {"contract", "suspected_bug"} <= {test["label"] for test in told["tests"]}
    assert "from till import net" in told["files"]["test_till.py"]


def test_the_stream_tells_progress_tests_and_the_end(serve: Serve) -> None:
    with (
        serve().client() as client,
        client.stream("POST", "/api/v1/tests", json={**BODY, "stream": True}, timeout=60) as response,
    ):
        events = list(sse(response.iter_lines()))
    names = [name for _, name, _ in events]
    assert names[0] == "started"
    assert names[-1] == "finished"
    assert {"progress", "test"} <= set(names)
    assert [number for number, _, _ in events] == list(range(1, len(events) + 1))
    assert events[-1][2]["executed"] is True


def test_closing_the_stream_frees_the_bench_for_the_next(serve: Serve) -> None:
    with serve().client() as client:
        with client.stream(
            "POST", "/api/v1/tests", json={**BODY, "budget": 60, "stream": True}, timeout=60
        ) as response:
            for _, _, data in sse(response.iter_lines()):
                if data.get("stage") == "search":
                    break
        began = time.monotonic()
        assert client.post("/api/v1/tests", json={**BODY, "budget": 1}, timeout=60).status_code == 200
        assert time.monotonic() - began < 25


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"source": "def f(:\n"}, 422, "syntax_error"),
        ({"source": "x = 1"}, 422, "nothing_to_test"),
        ({"language": "cobol"}, 400, "unknown_language"),
        ({"language": "java", "framework": "testng"}, 422, "missing_runner"),
    ],
)
def test_what_cannot_be_done_is_a_problem_in_the_callers_language(
    serve: Serve, change: dict[str, str], status: int, code: str
) -> None:
    with serve().client() as client:
        response = client.post("/api/v1/tests", json={**BODY, **change}, timeout=60, headers={"accept-language": "zh"})
    problem = response.json()
    assert (response.status_code, problem["code"]) == (status, code)
    assert response.headers["content-type"] == "application/problem+json"
    assert any("\u4e00" <= c <= "\u9fff" for c in problem["detail"])
    if code == "syntax_error":
        assert (problem["line"], problem["column"]) == (1, 7)


def test_without_a_sandbox_the_door_says_so_in_both_languages_and_what_it_read_is_marked_as_not_run(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent() -> NoReturn:
        raise SandboxUnavailable("bubblewrap is not installed")

    monkeypatch.setattr(bubblewrap, "find", absent)
    with serve().client() as client:
        for accept, word in (("en", "sandbox"), ("zh", "沙箱")):
            response = client.post("/api/v1/tests", json=BODY, timeout=60, headers={"accept-language": accept})
            problem = response.json()
            assert (response.status_code, problem["code"]) == (503, "sandbox_unavailable")
            assert (problem["executed"], problem["symbols"]) == (False, ["net"])
            assert word in problem["detail"]
            assert "retry-after" in response.headers
        with client.stream("POST", "/api/v1/tests", json={**BODY, "stream": True}, timeout=60) as streamed:
            name, data = [(name, data) for _, name, data in sse(streamed.iter_lines())][-1]
    assert (name, data["code"], data["executed"]) == ("failed", "sandbox_unavailable", False)


def test_a_key_without_the_scope_is_refused(serve: Serve, tenant: Tenant) -> None:
    served = serve()
    other = keys.issue(tenant, "asking only", ["ask"])
    response = httpx.post(
        f"{served.url}/api/v1/tests", content=json.dumps(BODY), headers={"authorization": f"Bearer {other}"}
    )
    assert (response.status_code, response.json()["code"]) == (403, "not_permitted")


def test_the_served_model_helps_and_the_answer_says_with_what(serve: Serve) -> None:
    def script(request: ChatRequest) -> str:
        wanted = next(iter(json.loads(request.schema or "{}")["properties"]))
        return json.dumps(
            {
                "name": {"name": "test_net_of_a_negative_price_raises_value_error", "reason": ""},
                "examples": {"examples": []},
                "calls": {"calls": ["net(3.0, 3.0)"]},
            }[wanted]
        )

    with serve(ScriptedModel(script)).client() as client:
        told = client.post("/api/v1/tests", json=BODY, timeout=60).json()
        alone = client.post("/api/v1/tests", json={**BODY, "model": "off"}, timeout=60).json()
    assert (told["model"]["state"], told["model"]["name"]) == ("asked", "scripted")
    assert told["model"]["questions"] > 0
    assert (alone["model"]["state"], alone["model"]["questions"]) == ("off", 0)
    assert all(test["by_model"] == [] and test["reason"] == "" for test in alone["tests"])
