"""The run: rates, order, what learns, and what a continuation may not change."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from inference.specialise import adapters, objectives, texts, train
from inference.specialise.adapters import Adapters
from inference.specialise.texts import Domain, Source, Split
from inference.specialise.train import Losses, Plan
from tests.unit.inference.specialise.conftest import fresh

PLAN = Plan(steps=6, learning_rate=0.02, router_rate=0.05, keep_every=2)


@pytest.fixture
def domains(files: dict[str, Path], tmp_path: Path) -> tuple[Domain, ...]:
    from tests.mixture import tokenizer

    sources = [Source(name, (files[name],)) for name in ("ledger", "code")]
    return texts.prepare(sources, tokenizer(), tmp_path / "tokens", Split(32, 0.1, 2000))


def learner() -> tuple[Any, Adapters]:
    model = fresh()
    return model, adapters.adapt(model, Path("m"), domains=2, rank=4, alpha=4.0, seed=0, top_k=None)


def learnt(domains: tuple[Domain, ...], folder: Path, plan: Plan) -> tuple[list[Losses], Adapters, Any]:
    model, made = learner()
    seen: list[Losses] = []
    assert train.run(model, made, domains, plan, folder, train.identity(plan, domains), seen.append) == 0
    return seen, made, model


@given(st.integers(1, 400), st.floats(0.0, 0.9))
def test_rates_rise_to_the_full_rate_and_never_above_and_end_near_nothing(steps: int, warm_up: float) -> None:
    plan = Plan(steps=steps, warm_up=warm_up)
    rates = [plan.rate(step) for step in range(steps)]
    top = rates.index(max(rates))
    assert all(0 < rate <= 1 for rate in rates)
    assert rates[: top + 1] == sorted(rates[: top + 1])
    assert rates[top:] == sorted(rates[top:], reverse=True)
    assert steps < 20 or warm_up > 0.8 or rates[-1] < 0.5


def test_text_and_router_are_learnt_and_the_model_itself_is_not(domains: tuple[Domain, ...], tmp_path: Path) -> None:
    plain = fresh()
    seen, made, model = learnt(domains, tmp_path / "run", replace(PLAN, steps=16))
    assert [losses.step for losses in seen] == list(range(16))
    assert sum(losses.text for losses in seen[-3:]) < 0.95 * sum(losses.text for losses in seen[:3])
    assert seen[-1].routing < 0.7 * seen[0].routing
    theirs = dict(plain.named_parameters())
    assert all(torch.equal(value, theirs[name]) for name, value in model.named_parameters())
    assert all(layer.b13.abs().sum() > 0 and layer.b2.abs().sum() > 0 for layer in made)


def test_without_the_routing_loss_domains_stay_where_they_were(domains: tuple[Domain, ...], tmp_path: Path) -> None:
    with_it, _, _ = learnt(domains, tmp_path / "with", replace(PLAN, steps=12))
    without, _, _ = learnt(domains, tmp_path / "without", replace(PLAN, steps=12, routing=0.0))
    assert with_it[-1].routing < 0.7 * without[-1].routing


def test_the_balancing_loss_alone_keeps_a_router_even(domains: tuple[Domain, ...], tmp_path: Path) -> None:
    """At the full rate of `PLAN` it overshoots: what it is held against is the load of the step before."""

    def last(balance: float) -> float:
        plan = replace(PLAN, steps=16, routing=0.0, balance=balance, learning_rate=0.0, router_rate=0.01)
        model, made = learner()
        with torch.no_grad():
            for layer in made:
                layer.router[0] += 0.4 * torch.sign(layer.router[0])
        seen: list[Losses] = []
        train.run(model, made, domains, plan, tmp_path / f"{balance}", train.identity(plan, domains), seen.append)
        return sum(losses.balance for losses in seen[-4:]) / 4

    tilted = last(0.0)  # without any loss of its own the router stays as it was tilted
    assert tilted > 1.1
    assert last(10.0) < 0.95 * tilted


def test_every_checkpoint_but_the_last_is_removed(domains: tuple[Domain, ...], tmp_path: Path) -> None:
    learnt(domains, tmp_path / "run", PLAN)
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["step-00000006"]


def test_a_finished_run_takes_no_further_step(domains: tuple[Domain, ...], tmp_path: Path) -> None:
    _, made, _ = learnt(domains, tmp_path / "run", PLAN)
    model, again = learner()
    seen: list[Losses] = []
    about = train.identity(PLAN, domains)
    assert train.run(model, again, domains, PLAN, tmp_path / "run", about, seen.append) == PLAN.steps
    assert seen == []
    assert all(torch.equal(one, other) for one, other in zip(made.parameters(), again.parameters(), strict=True))


def test_one_step_is_the_mean_over_domains(domains: tuple[Domain, ...], tmp_path: Path) -> None:
    seen, _, _ = learnt(domains, tmp_path / "run", replace(PLAN, steps=1))
    model, made = learner()
    made.train()
    model.train()
    with torch.no_grad():
        texts_ = [
            objectives.next_token(model(ids[None]).logits[0], ids).item()
            for ids in (domain.to_learn(0, PLAN.seed) for domain in domains)
        ]
    assert seen[0].text == pytest.approx(sum(texts_) / 2, rel=1e-3)


@pytest.mark.parametrize(
    "changed", [{"seed": 1}, {"steps": 7}, {"learning_rate": 0.1}, {"balance": 0.5}, {"routing": 0.2}, {"clip": 2.0}]
)
def test_what_changes_the_outcome_changes_the_identity(domains: tuple[Domain, ...], changed: dict[str, Any]) -> None:
    first = train.identity(PLAN, domains, base="x")
    assert train.identity(replace(PLAN, **changed), domains, base="x") != first


def test_how_often_a_run_is_kept_does_not_change_its_identity(domains: tuple[Domain, ...]) -> None:
    assert train.identity(PLAN, domains) == train.identity(replace(PLAN, keep_every=99), domains)


def test_other_text_or_another_base_changes_the_identity(domains: tuple[Domain, ...]) -> None:
    first = train.identity(PLAN, domains, base="x")
    assert train.identity(PLAN, domains, base="y") != first
    assert train.identity(PLAN, (replace(domains[0], sha256="other"), domains[1]), base="x") != first
    assert train.identity(PLAN, tuple(reversed(domains)), base="x") == first
    assert train.identity(PLAN, (replace(domains[0], expert=1), replace(domains[1], expert=0)), base="x") != first
