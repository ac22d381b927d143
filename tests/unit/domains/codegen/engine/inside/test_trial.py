"""Scenarios cross the sandbox's border as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from domains.codegen.engine.inside.scenarios import Scenario, Step
from domains.codegen.engine.inside.trial import scenario_of


@pytest.mark.parametrize(
    "scenario",
    [
        Scenario("f", (Step("f", (("", "1"), ("key", "'x'"))),)),
        Scenario("Cart.add", (Step("Cart", (("", "2"),), binds=True), Step("subject.add", (("", "[1]"),)))),
        Scenario("Cart.size", (Step("Cart", binds=True), Step("subject.size", reads=True))),
    ],
)
def test_a_scenario_is_the_same_on_both_sides(scenario: Scenario) -> None:
    assert scenario_of(json.loads(json.dumps(asdict(scenario)))) == scenario
