"""What medicine admits, and what it puts before and after."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from domains.medical import guard
from domains.safety import emergency_banner
from domains.types import Evidence, Question
from inference.client.types import Message
from retrieval.types import Hit

Ask = Callable[..., Question]
Found = Callable[..., Evidence]
MakeHit = Callable[..., Hit]

LEAFLET = "成人24小时内对乙酰氨基酚总量一般不超过2克。每次用药间隔4至6小时。"


@pytest.mark.parametrize(
    "said",
    [
        "You have pneumonia.",
        "You are suffering from a migraine.",
        "You probably have the flu.",
        "You have been diagnosed with asthma.",
        "This is definitely cancer.",
        "你患有高血压。",
        "您很可能得了肺炎。",
        "可以诊断为糖尿病。",
    ],
)
def test_nobody_is_diagnosed(evidence: Found, hit: MakeHit, said: str) -> None:
    assert not guard.admits(evidence(hit(said)), said)


@pytest.mark.parametrize(
    "said",
    [
        "People with the flu often have fever.",
        "If you have any doubt, call the clinic.",
        "You have the right to a second opinion.",
        "A doctor diagnoses asthma with a breathing test.",
        "流感常见发热和咳嗽。",
        "高血压需由医生诊断。",
    ],
)
def test_general_statements_are_admitted(evidence: Found, hit: MakeHit, said: str) -> None:
    assert guard.admits(evidence(hit("Text.")), said)


@pytest.mark.parametrize(
    ("said", "admitted"),
    [
        ("成人24小时内不超过2克。", True),
        ("成人24小时内不超过3克。", False),
        ("成人24小时内不超过2 克。", True),
        ("你可以服用2克。", False),
        ("每日三次，每次两片。", False),
        ("Take 2 tablets.", False),
        ("两次用药间隔4至6小时。", True),
    ],
)
def test_a_dose_is_shown_only_as_its_source_states_it(evidence: Found, hit: MakeHit, said: str, admitted: bool) -> None:
    assert guard.admits(evidence(hit(LEAFLET, language="zh")), said) is admitted


def test_no_emergency_no_opening(ask: Ask) -> None:
    assert guard.opening(ask("How do I book a visit?")) == ""


def test_what_the_assistant_said_before_is_no_emergency(ask: Ask) -> None:
    history = (Message("assistant", "Call 120 if you have chest pain."),)
    assert guard.opening(ask("Thanks, how do I book?", history=history)) == ""


@pytest.mark.parametrize(("language", "text"), [("en", "my chest hurts, chest pain"), ("zh", "我胸痛")])
def test_the_banner_is_in_the_askers_language(ask: Ask, language: str, text: str) -> None:
    assert guard.opening(ask(text, language)).startswith(emergency_banner(language))  # type: ignore[arg-type]


def test_the_note_is_added_once(ask: Ask) -> None:
    once = guard.judge(ask("Explain fever"), "Rest.").text
    assert once.count(guard.NOTE.en) == 1
    assert guard.judge(ask("Explain fever"), once).text == once
