"""What learns is the deltas and the router alone, and what is measured is what `merge` writes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from inference.moe import reference
from inference.specialise import adapters
from inference.specialise.adapters import Adapters
from inference.specialise.errors import NoMixture
from tests.unit.inference.specialise.conftest import fresh

IDS = torch.randint(0, 256, (24,), generator=torch.Generator().manual_seed(1))


def adapted(model: Any, domains: int = 2, top_k: int | None = None) -> Adapters:
    return adapters.adapt(model, Path("m"), domains=domains, rank=3, alpha=6.0, seed=2, top_k=top_k)


def learnt(model: Any) -> Adapters:
    """As after training: no delta is zero any more."""
    made = adapted(model)
    drawn = torch.Generator().manual_seed(8)
    with torch.no_grad():
        for layer in made:
            layer.b13.copy_(0.3 * torch.randn(layer.b13.shape, generator=drawn))
            layer.b2.copy_(0.3 * torch.randn(layer.b2.shape, generator=drawn))
            layer.router.add_(torch.randn(layer.router.shape, generator=drawn))
    return made.eval()


def logits(model: Any) -> torch.Tensor:
    with torch.inference_mode():
        found: torch.Tensor = model(IDS[None]).logits[0].float()
    return found


def test_before_it_has_learnt_the_model_says_what_it_said() -> None:
    plain, model = fresh(), fresh()
    adapted(model).eval()
    torch.testing.assert_close(logits(model), logits(plain), rtol=0.02, atol=0.02)


def test_without_enabled_deltas_a_trained_model_says_what_it_said() -> None:
    plain, model = fresh(), fresh()
    learnt(model).enable(set())
    torch.testing.assert_close(logits(model), logits(plain), rtol=0.02, atol=0.02)


def test_only_deltas_and_routers_get_a_gradient() -> None:
    model = fresh()
    made = adapted(model).train()
    before = {name: value.clone() for name, value in model.named_parameters()}
    model.train()
    loss = model(IDS[None]).logits.float().square().mean()
    loss.backward()
    assert {name.split(".")[-1] for name, each in made.named_parameters() if each.grad is not None} >= {"b13", "b2"}
    assert all(parameter.grad is None for parameter in model.parameters())
    assert all(torch.equal(before[name], value) for name, value in model.named_parameters())


def test_a_layer_computes_what_the_oracle_computes_with_merged_weights() -> None:
    model = fresh()
    made = learnt(model)
    layer, block = next(iter(made)), model.model.layers[0].mlp
    x = torch.randn(9, 64, generator=torch.Generator().manual_seed(4)).to(torch.bfloat16)
    with torch.inference_mode():
        scores, weights, ids = layer.route(x)
        ours = layer.compute(x, ids, weights)
    assert scores.shape == (9, 4)
    w13, w2 = block.experts.gate_up_proj.data.clone(), block.experts.down_proj.data.clone()
    for expert in (0, 1):
        w13[expert], w2[expert] = layer.merged(expert)
    wanted = reference.experts(x, w13, w2, reference.Routing(ids.to(torch.int32), weights.float()))
    assert (ours.double() - wanted).norm() / wanted.norm() < 0.02
    untouched = reference.experts(
        *(x, block.experts.gate_up_proj.data, block.experts.down_proj.data),
        reference.Routing(ids.to(torch.int32), weights.float()),
    )
    assert (untouched - wanted).norm() / wanted.norm() > 0.1


def test_thin_products_in_training_are_the_merged_weights_in_evaluation() -> None:
    model = fresh().float()
    made = learnt(model)
    evaluated = logits(model)
    made.train()
    torch.testing.assert_close(logits(model), evaluated, rtol=1e-3, atol=1e-3)


def test_experts_beyond_the_domains_do_not_change() -> None:
    model = fresh()
    layer = next(iter(learnt(model)))
    x = torch.randn(5, 64).to(torch.bfloat16)
    one = torch.ones(5, 1, dtype=torch.bfloat16)
    with torch.inference_mode():
        first, last = (layer.compute(x, torch.full((5, 1), expert), one) for expert in (0, 3))
        layer.enabled = set()
        plain = layer.compute(x, torch.full((5, 1), 3), one)
    assert torch.equal(last, plain)
    assert not torch.allclose(first, plain, rtol=0.05, atol=0.05)


def test_fewer_experts_a_token_if_asked() -> None:
    model = fresh()
    made = adapted(model, top_k=1).eval()
    logits(model)
    assert {layer.ids.shape[1] for layer in made if layer.ids is not None} == {1}


@pytest.mark.parametrize(("domains", "top_k"), [(5, None), (2, 5)])
def test_more_domains_or_choices_than_experts_are_refused(domains: int, top_k: int | None) -> None:
    with pytest.raises(NoMixture, match="4 experts are too few"):
        adapted(fresh(), domains=domains, top_k=top_k)
