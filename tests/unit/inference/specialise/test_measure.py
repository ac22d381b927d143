"""A fall is more than chance, and a domain that did not gain is taken out before the others are believed."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from inference.specialise import measure
from inference.specialise.measure import Reading
from inference.specialise.texts import Domain


def reading(*losses: float, share: float = 0.9) -> Reading:
    return Reading(losses, share)


def test_perplexity_is_that_of_all_windows_together() -> None:
    assert reading(math.log(2), math.log(8)).perplexity == pytest.approx(4.0)


@pytest.mark.parametrize(
    ("after", "gained"),
    [
        ((2.9, 3.1, 2.8, 3.3), True),  # each window a little
        ((1.0, 3.3, 3.2, 3.7), False),  # one window much, the others worse
        ((3.0, 3.2, 3.0, 3.5), False),  # nothing at all
        ((3.2, 3.4, 3.1, 3.6), False),
    ],
)
def test_a_fall_is_more_than_one_lucky_window(after: tuple[float, ...], gained: bool) -> None:
    assert measure.fell(reading(3.0, 3.2, 3.0, 3.5), reading(*after)) is gained


class Adapters:
    """Of four experts; remembers which deltas take part."""

    experts = 4

    def __init__(self) -> None:
        self.enabled: set[int] = set()

    def enable(self, experts: set[int]) -> None:
        self.enabled = set(experts)


def domain(name: str, expert: int) -> Domain:
    return Domain(name, expert, Path("nowhere"), 8, 8, 8, "")


def judged(monkeypatch: pytest.MonkeyPatch, told: Any) -> tuple[Any, Adapters]:
    adapters = Adapters()
    monkeypatch.setattr(measure, "read", lambda _model, enabled, one, _windows: told(one.name, enabled.enabled))
    domains = (domain("law", 0), domain("code", 1))
    return measure.judge(None, adapters, domains, 8), adapters  # type: ignore[arg-type]


def test_a_domain_that_lives_from_anothers_delta_loses_its_name_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """`code` gains only while the delta of `law` takes part, and `law` does not gain."""

    def told(name: str, enabled: set[int]) -> Reading:
        if name == "law":
            return reading(3.0, 3.1, 3.2, 3.3)
        return reading(*([2.0, 2.1, 2.2, 2.3] if enabled == {0, 1} else [3.0, 3.1, 3.2, 3.3]))

    outcomes, adapters = judged(monkeypatch, told)
    assert [outcome.named for outcome in outcomes] == [False, False]
    assert adapters.enabled == set()


def test_the_figures_are_those_of_the_deltas_that_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    def told(name: str, enabled: set[int]) -> Reading:
        if name == "law":
            return reading(3.0, 3.1, 3.2, 3.3 + len(enabled))
        return reading(*([1.0] * 4 if enabled == {0, 1} else [2.0] * 4 if enabled == {1} else [3.0] * 4))

    (law, code), adapters = judged(monkeypatch, told)
    assert (law.named, code.named) == (False, True)
    assert (code.before, code.after) == (pytest.approx(math.exp(3)), pytest.approx(math.exp(2)))
    assert adapters.enabled == {1}


def test_a_domain_whose_tokens_go_elsewhere_has_no_expert_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def told(name: str, enabled: set[int]) -> Reading:
        losses = (2.0, 2.1, 2.2, 2.3) if enabled else (3.0, 3.1, 3.2, 3.3)
        return reading(*losses, share=0.2 if name == "law" else 0.8)

    (law, code), _ = judged(monkeypatch, told)
    assert law.after < law.before
    assert (law.named, code.named) == (False, True)
