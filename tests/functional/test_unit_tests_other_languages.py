"""The same journey for JavaScript, TypeScript and Java: posted, executed by the real runner, streamed, stopped."""

from __future__ import annotations

import contextlib
import difflib
import json
import sys
import time
from typing import Any, NoReturn

import psutil
import pytest

from domains.codegen.engine.errors import MissingRunner
from inference.client.scripted import ScriptedModel
from inference.client.types import ChatRequest
from tests.functional.conftest import Serve, sse

JAVASCRIPT = """
/** Price after a discount.
 * @throws {RangeError} If percent is not between 0 and 100.
 */
function calculateDiscount(price, percent) {
  if (percent < 0 || percent > 100) {
    throw new RangeError("percent must be between 0 and 100");
  }
  return price - (price * percent) / 100;
}

module.exports = { calculateDiscount };
"""
TYPESCRIPT = """
export function shipping(weight: number, express: boolean): number {
  if (weight <= 0) {
    throw new RangeError("weight must be positive");
  }
  return express ? weight * 2 + 5 : weight * 2;
}
"""
JAVA = """
public class Tax {
    /** Returns the tax of an amount in cents. */
    public static long of(long cents, int percent) {
        if (percent < 0) {
            throw new IllegalArgumentException("percent must not be negative");
        }
        return cents * percent / 100;
    }
}
"""
PROGRAMS: dict[str, dict[str, Any]] = {
    "javascript": {"filename": "discount.js", "source": JAVASCRIPT},
    "typescript": {"filename": "shipping.ts", "source": TYPESCRIPT},
    "java": {"filename": "Tax.java", "source": JAVA},
}
CALLS = {"javascript": "calculateDiscount(", "typescript": "shipping(", "java": "Tax.of("}


def body(language: str, **more: Any) -> dict[str, Any]:
    """A request for a language."""
    return {"language": language, "budget": 2, **PROGRAMS[language], **more}


@pytest.mark.parametrize("language", list(PROGRAMS))
def test_a_program_comes_back_with_tests_that_ran(serve: Serve, language: str) -> None:
    with serve().client() as client:
        response = client.post("/api/v1/tests", json=body(language), timeout=120)
    assert response.status_code == 200, response.text
    told = response.json()
    assert told["executed"] is True
    assert told["line_coverage"] >= 0.7  # Java counts the constructor that nobody wrote
    assert told["branch_coverage"] == 1.0
    assert told["mutation_score"] > 0.5
    assert {test["status"] for test in told["tests"] if test["label"] != "suspected_bug"} == {"passed"}
    assert any(CALLS[language] in text for text in told["files"].values())


MINE = {
    "javascript": {
        "tests/discount.test.js": """// mine
const discount = require('../discount')

describe('discount', () => {
    it('takes ten percent', () => { expect(discount.calculateDiscount(100, 10)).toBe(90) }) // odd
})
"""
    },
    "typescript": {
        "shipping.spec.ts": """import { shipping } from './shipping';

test('plain', () => {
  expect(shipping(1, false)).toBe(2); // odd
});
"""
    },
    "java": {
        "TaxTest.java": """import static org.junit.jupiter.api.Assertions.*;

import org.junit.jupiter.api.Test;

class TaxTest {
    @Test
    void tenPercent() { assertEquals(20, Tax.of(200, 10)); } // odd
}
"""
    },
}
"""Test files that somebody wrote, each in a style of its own, that leave the error untested."""


@pytest.mark.parametrize("language", list(MINE))
def test_tests_are_added_to_the_file_that_is_there(serve: Serve, language: str) -> None:
    ((path, mine),) = MINE[language].items()
    with serve().client() as client:
        response = client.post("/api/v1/tests", json=body(language, existing=MINE[language]), timeout=300)
    assert response.status_code == 200, response.text
    told = response.json()
    assert list(told["files"]) == [path]
    changes = [line for line in difflib.ndiff(mine.split("\n"), told["files"][path].split("\n")) if line[0] in "+-"]
    assert changes
    assert {line[0] for line in changes} == {"+"}
    assert told["before"]["line"] < told["line_coverage"]
    assert told["branch_coverage"] == 1.0
    assert {test["status"] for test in told["tests"]} == {"passed"}
    assert any("hrow" in test["code"] for test in told["tests"])


@pytest.mark.parametrize(
    ("language", "path", "text", "named"),
    [
        ("javascript", "discount.test.js", "import { test, expect } from 'vitest'\n", "Vitest"),
        (
            "java",
            "TaxTest.java",
            "import org.junit.Test;\npublic class TaxTest { @Test public void a() {} }\n",
            "JUnit 4",
        ),
    ],
)
def test_a_test_file_of_another_framework_is_refused_by_name(
    serve: Serve, language: str, path: str, text: str, named: str
) -> None:
    with serve().client() as client:
        for accept in ("en", "zh"):
            asked = body(language, existing={path: text})
            response = client.post("/api/v1/tests", json=asked, timeout=60, headers={"accept-language": accept})
            problem = response.json()
            assert (response.status_code, problem["code"]) == (422, "other_framework")
            assert named in problem["detail"]
            assert path in problem["detail"]
            assert ("编写" in problem["detail"]) is (accept == "zh")


@pytest.mark.parametrize("language", ["typescript", "java"])
def test_the_stream_tells_progress_each_test_and_the_end(serve: Serve, language: str) -> None:
    with (
        serve().client() as client,
        client.stream("POST", "/api/v1/tests", json=body(language, stream=True), timeout=120) as response,
    ):
        assert response.headers["content-type"].startswith("text/event-stream")
        events = list(sse(response.iter_lines()))
    names = [name for _, name, _ in events]
    assert (names[0], names[-1]) == ("started", "finished")
    assert "progress" in names
    told = [data["name"] for _, name, data in events if name == "test"]
    assert told == [test["name"] for test in events[-1][2]["tests"]]


SAID = "/** Loud text. An empty text gives 'none'. */\n"
TYPED = "export function shout(a: string): string {\n  return a.toUpperCase();\n}\n"
METHOD = "    public static String shout(String a) {\n        return a.toUpperCase();\n    }\n"
SPOKEN = {
    "javascript": ("shout.js", "", SAID + "exports.shout = (a) => a.toUpperCase();\n"),
    "typescript": ("shout.ts", "", SAID + TYPED),
    "java": ("Shout.java", "Shout.", f"public class Shout {{\n{SAID}{METHOD}}}\n"),
}


@pytest.mark.parametrize("language", list(SPOKEN))
def test_the_served_model_reads_what_the_code_breaks(serve: Serve, language: str) -> None:
    filename, before, source = SPOKEN[language]

    def script(request: ChatRequest) -> str:
        wanted = next(iter(json.loads(request.schema or "{}")["properties"]))
        claim = {"quote": "An empty text gives 'none'", "call": f'{before}shout("")', "expected": '"none"'}
        said = {"examples": {"examples": [claim]}, "calls": {"calls": []}, "name": {"name": "", "reason": ""}}
        return json.dumps(said[wanted])

    asked = {"language": language, "filename": filename, "source": source, "budget": 4}
    with serve(ScriptedModel(script)).client() as client:
        told = client.post("/api/v1/tests", json=asked, timeout=180).json()
        alone = client.post("/api/v1/tests", json={**asked, "model": "off"}, timeout=180).json()
    (bug,) = told["suspected_bugs"]
    assert (bug["expected"], bug["observed"]) == ('"none"', '""')
    assert bug["contract"] == "“An empty text gives 'none'” (read by a model)"
    assert (told["model"]["state"], told["model"]["bugs"]) == ("asked", 1)
    assert {test["status"] for test in told["tests"] if test["label"] == "suspected_bug"} == {"failed"}
    assert (alone["model"]["state"], alone["suspected_bugs"]) == ("off", [])


LONG_SOUGHT = "def f(n: int) -> int:\n    if n * n % 1000003 == 424242:\n        return 1\n    return n\n"
"""A search for what no guess finds is not over before a slow reader hears of it."""


def boxes() -> list[psutil.Process]:
    """The sandboxes that this process runs; databases have children of their own."""
    found = []
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            if child.name() == "bwrap" and child.status() != psutil.STATUS_ZOMBIE:
                found.append(child)
    return found


@pytest.mark.parametrize("language", ["python", "javascript", "java"])
def test_closing_the_stream_ends_the_sandbox_at_once(serve: Serve, language: str) -> None:
    asked = body(language, budget=60) if language in PROGRAMS else {"source": LONG_SOUGHT, "budget": 60}
    before = {child.pid for child in boxes()}
    with serve().client() as client:
        with client.stream("POST", "/api/v1/tests", json={**asked, "stream": True}, timeout=120) as response:
            for _, _, data in sse(response.iter_lines()):
                if data.get("stage") in {"search", "mutants"}:
                    break
            assert {child.pid for child in boxes()} - before
        began = time.monotonic()
        while {child.pid for child in boxes()} - before:
            assert time.monotonic() - began < 5, "the sandbox lives on"
            time.sleep(0.01)
    sys.stdout.write(f"{language}: ended {time.monotonic() - began:.3f} s after the connection was closed\n")


@pytest.mark.parametrize("language", ["javascript", "typescript", "java"])
def test_a_runner_that_is_absent_is_said_in_both_languages_with_what_to_install(
    serve: Serve, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent() -> NoReturn:
        raise MissingRunner(language, "it is not installed: run `npm ci`.")

    maker = "java" if language == "java" else "javascript"
    monkeypatch.setattr(f"domains.codegen.{maker}.generate.find", absent)
    with serve().client() as client:
        for accept in ("en", "zh"):
            headers = {"accept-language": accept}
            response = client.post("/api/v1/tests", json=body(language), timeout=60, headers=headers)
            problem = response.json()
            assert (response.status_code, problem["code"]) == (422, "missing_runner")
            assert language in problem["detail"]
            assert "npm ci" in problem["detail"]
            assert ("缺少" in problem["detail"]) is (accept == "zh")


@pytest.mark.parametrize(
    ("language", "source"),
    [("javascript", "function f( {\n"), ("typescript", "export const x: = 1;\n"), ("java", "class Tax { int f( }\n")],
)
def test_a_broken_source_is_said_with_line_and_column(serve: Serve, language: str, source: str) -> None:
    with serve().client() as client:
        response = client.post("/api/v1/tests", json=body(language, source=source), timeout=60)
    problem = response.json()
    assert (response.status_code, problem["code"]) == (422, "syntax_error")
    assert problem["line"] >= 1
    assert problem["column"] >= 1
