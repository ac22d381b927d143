"""A developer completes, asks twice in one conversation, and has a failing test fixed, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from inference.client.scripted import Reply
from tests.chatkit import model
from tests.functional.conftest import Serve, sse

MONEY = '''def to_cents(amount):
    """Return whole cents.

    >>> to_cents(1.5)
    150
    """
    return amount * 10
'''
TEST = "from money import to_cents\n\n\ndef test_two():\n    assert to_cents(2) == 200\n"
FILES = {"money.py": MONEY, "test_money.py": TEST}
GOOD = "```python\ndef to_cents(amount):\n    return round(amount * 100)\n```"


def body(task: str, **more: object) -> dict[str, Any]:
    return {"task": task, "files": FILES, "target": "money.py", **more}


def test_a_second_round_knows_the_first(serve: Serve) -> None:
    scripted = model("`to_cents` multiplies.", "Because of the cents.")
    with serve(scripted).client() as client:
        first = client.post("/api/v1/code", json=body("explain", instruction="What is this?")).json()
        again = client.post(
            "/api/v1/code",
            json=body("explain", instruction="Why?", conversation_id=first["conversation_id"]),
        ).json()
        unknown = client.post(
            "/api/v1/code", json=body("explain", conversation_id="0b7c7e8e-0d0c-4c55-8f2e-9c8b1a2d3e4f")
        )
    assert (first["text"], first["unknown_names"], first["executed"]) == ("`to_cents` multiplies.", [], False)
    assert again["conversation_id"] == first["conversation_id"]
    said = [message.content for message in scripted.requests[1].messages]
    assert "`to_cents` multiplies." in said
    assert any("What is this?" in text for text in said)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "conversation_not_found")


def test_the_stream_tells_context_text_and_the_end(serve: Serve) -> None:
    scripted = model(Reply(pieces=("```\n", "round(amount * 100)", "\n```")))
    asked = body("complete", line=7, column=12, stream=True)
    with serve(scripted).client() as client, client.stream("POST", "/api/v1/code", json=asked) as response:
        events = list(sse(response.iter_lines()))
    names = [name for _, name, _ in events]
    assert names == ["started", "context", "delta", "delta", "delta", "finished"]
    assert [number for number, _, _ in events] == list(range(1, len(events) + 1))
    assert events[-1][2]["syntax"] == {"ok": False, "faults": events[-1][2]["syntax"]["faults"]}
    assert "round(amount * 100)" in events[-1][2]["change"]["diff"]


def test_a_failing_test_is_fixed_and_the_fix_was_run(serve: Serve) -> None:
    with serve(model(GOOD)).client() as client:
        told = client.post("/api/v1/code", json=body("fix", test_file="test_money.py"), timeout=90).json()
    assert (told["verdict"]["wrong"], told["verdict"]["by"]) == ("code", "evidence")
    assert (told["executed"], told["passed"]) == (True, {"runs": 5, "passed": 5})
    assert "round(amount * 100)" in told["change"]["text"]
    assert ">>> to_cents(1.5)" in told["change"]["text"]


JS = "/**\n * @example\n * cents(1.5) // => 150\n */\nexport const cents = (amount) => amount * 10;\n"
JS_TEST = 'import { cents } from "./money";\n\ntest("two", () => {\n  expect(cents(2)).toBe(200);\n});\n'
JAVA = "class Money {\n  static int cents(int amount) {\n    return amount * 10;\n  }\n}\n"
JAVA_TEST = """import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class MoneyTest {
  @Test
  void two() {
    assertEquals(200, Money.cents(2));
  }
}
"""


@pytest.mark.parametrize(
    ("files", "answer"),
    [
        ({"money.js": JS, "money.test.js": JS_TEST}, "const cents = (amount) => Math.round(amount * 100);"),
        (
            {"Money.java": JAVA, "MoneyTest.java": JAVA_TEST},
            "static int cents(int amount) {\n  return amount * 100;\n}",
        ),
    ],
)
def test_a_failing_test_of_another_language_is_fixed_too(serve: Serve, files: dict[str, str], answer: str) -> None:
    target, test_file = files
    opinion = Reply(pieces=('{"wrong": "code", "why": "Cents are hundredths."}',))
    said = [f"```\n{answer}\n```"] if target.endswith("js") else [opinion, f"```\n{answer}\n```"]
    asked = {"task": "fix", "files": files, "target": target, "test_file": test_file}
    with serve(model(*said)).client() as client:
        told = client.post("/api/v1/code", json=asked, timeout=180).json()
    assert told["verdict"]["wrong"] == "code"
    assert (told["executed"], told["passed"]) == (True, {"runs": 5, "passed": 5})
    assert "100" in told["change"]["text"]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"task": "edit"}, 400, "invalid_input"),
        ({"task": "fix", "test_file": "test_money.py", "test": "test_nine"}, 422, "nothing_to_test"),
        ({"task": "explain", "files": {"../a": ""}, "target": "../a"}, 400, "bad_path"),
    ],
)
def test_what_cannot_be_done_is_a_problem(serve: Serve, change: dict[str, Any], status: int, code: str) -> None:
    with serve(model("x")).client() as client:
        response = client.post("/api/v1/code", json={**body("explain"), **change}, timeout=60)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.headers["content-type"] == "application/problem+json"


def test_without_a_model_the_error_says_so(serve: Serve) -> None:
    with serve(model()).client() as client:
        response = client.post("/api/v1/code", json=body("explain"))
    assert (response.status_code, response.json()["code"]) == (503, "model_unavailable")
