import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from benchmarks import guessing
from benchmarks.guessing import Answer, ask, compare, prompts, right_guesses

METRICS = """# HELP vllm:spec_decode_num_draft_tokens_total Number of draft tokens.
vllm:spec_decode_num_drafts_total{engine="0",model_name="m"} 20.0
vllm:spec_decode_num_draft_tokens_total{engine="0",model_name="m"} 60.0
vllm:spec_decode_num_accepted_tokens_total{engine="0",model_name="m"} 45.0
vllm:spec_decode_num_accepted_tokens_per_pos_total{engine="0",position="0"} 19.0
"""


class Scripted:
    """A server that says a sentence of so many tokens, and what it was asked."""

    def __init__(self, metrics: str = "") -> None:
        self.asked: list[dict[str, Any]] = []
        self._metrics = metrics

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/metrics":
            return httpx.Response(200, text=self._metrics)
        body = json.loads(request.content)
        self.asked.append(body)
        choice = {"message": {"content": "Within 15 days [1]." if body["max_tokens"] > 1 else "Within"}}
        return httpx.Response(
            200, json={"choices": [choice], "usage": {"completion_tokens": min(7, body["max_tokens"])}}
        )

    def client(self) -> httpx.Client:
        return httpx.Client(base_url="http://model", transport=httpx.MockTransport(self))


def test_questions_come_in_both_languages_with_the_sections_that_answer_them() -> None:
    asked = prompts(6)
    assert len(asked) == 6
    chinese = [any("一" <= letter <= "鿿" for letter in messages[-1]["content"]) for messages in asked]
    assert chinese == [False, True] * 3
    for messages in asked:
        assert [message["role"] for message in messages] == ["system", "user"]
        assert "[1] " in messages[-1]["content"]
        assert "{{" not in messages[-1]["content"]
    assert asked == prompts(6)
    assert prompts(3) == asked[:3]


def test_the_answer_stands_in_what_is_asked_with() -> None:
    wanted = {row["question"]: row["answer_contains"] for row in rows() if "answer_contains" in row}
    for messages in prompts(8):
        (question,) = [question for question in wanted if question in messages[-1]["content"]]
        assert all(words in messages[-1]["content"] for words in wanted[question])


def rows() -> Iterator[dict[str, Any]]:
    for line in (guessing.DEMO / "questions.jsonl").read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


@pytest.mark.parametrize(("found", "given"), [("a", ["# a", "b", "c"]), ("d", ["b", "c", "d"]), ("c", ["b", "c", "d"])])
def test_a_section_comes_with_its_neighbours(found: str, given: list[str]) -> None:
    assert guessing._answering([["x"], ["# a", "b", "c", "d"]], [found]) == given


def test_what_no_document_says_is_not_asked() -> None:
    assert guessing._answering([["# a", "b"]], ["z"]) is None
    assert guessing._answering([["# a", "b"]], []) is None


def test_written_tokens_alone_are_timed_greedily_with_the_domains_penalty() -> None:
    server = Scripted()
    answer = ask(server.client(), "m", [{"role": "user", "content": "q"}])
    assert (answer.text, answer.tokens) == ("Within 15 days [1].", 6)
    assert answer.seconds > 0
    assert [body["max_tokens"] for body in server.asked] == [1, 120]
    assert {(body["temperature"], body["repetition_penalty"]) for body in server.asked} == {(0, 1.05)}


def test_guesses_are_counted_by_vllm() -> None:
    assert right_guesses(METRICS) == 0.75
    assert right_guesses("") is None
    assert right_guesses(METRICS.replace("60.0", "0.0")) is None


def test_questions_are_compared_with_themselves() -> None:
    plain = [Answer("a", 20, 1.0), Answer("b", 20, 2.0), Answer("c", 20, 1.0)]
    after = [Answer("a", 20, 0.5), Answer("b", 20, 2.5), Answer("other", 20, 0.8)]
    figures = compare(plain, after)
    assert figures["timed"] == 3
    assert figures["median_ratio"] == pytest.approx(1.25)
    assert figures["least_ratio"] == pytest.approx(0.8)
    assert figures["same_answers"] == pytest.approx(2 / 3)
    assert (figures["tokens_per_second"], figures["tokens_per_second_guessing"]) == (20.0, 25.0)


def test_an_answer_too_short_to_time_counts_as_an_answer_alone() -> None:
    """A single token after the first made three million tokens a second of one question."""
    plain = [Answer("a", 20, 1.0), Answer("No.", 1, 1e-6), Answer("b", 20, 1.0)]
    after = [Answer("a", 20, 0.5), Answer("No.", 1, 1e-6), Answer("short", 15, 1e-3)]
    figures = compare(plain, after)
    assert (figures["timed"], figures["median_ratio"], figures["least_ratio"]) == (1, 2.0, 2.0)
    assert (figures["tokens_per_second"], figures["tokens_per_second_guessing"]) == (20.0, 40.0)
    assert figures["same_answers"] == pytest.approx(2 / 3)


def test_where_nothing_could_be_timed_there_is_no_rate() -> None:
    figures = compare([Answer("No.", 1, 1e-6)], [Answer("No.", 1, 1e-6)])
    assert figures == {
        "timed": 0,
        "tokens_per_second": None,
        "tokens_per_second_guessing": None,
        "median_ratio": None,
        "least_ratio": None,
        "same_answers": 1,
    }


def test_both_servers_are_asked_the_same(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    servers: dict[bool, Scripted] = {False: Scripted(), True: Scripted(METRICS)}
    started: list[tuple[str, ...]] = []

    @contextmanager
    def serving(name: str, flags: tuple[str, ...]) -> Iterator[httpx.Client]:
        assert name == "m"
        started.append(flags)
        yield servers[flags[-1] != "0"].client()

    monkeypatch.setattr(guessing, "serving", serving)
    guessing.main(["--json", "--questions", "2", "--guesses", "4", "--model", "m"])
    assert [flags[4:] for flags in started] == [("--guess", "0"), ("--guess", "4")]
    assert servers[False].asked == servers[True].asked
    assert len(servers[True].asked) == 2 * 3
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (said["guesses"], said["questions"], said["same_answers"], said["right_guesses"]) == (4, 2, 1.0, 0.75)
