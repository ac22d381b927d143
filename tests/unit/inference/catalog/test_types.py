"""The catalogue's vocabulary: how sources read, what a variant is called, how large it is."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.catalog import registry
from inference.catalog.types import Footprint, HubSource, ModelFolder, Options, WheelPart, WheelSource

PART = WheelPart("model-part-1", "0.2.0", "*/data/part*.bin")
SIZES = st.integers(0, 10**12)


def test_a_hub_source_reads_as_repository_and_short_revision() -> None:
    assert str(HubSource("owner/name", "0123456789abcdef0123", "model.gguf")) == "hub owner/name@0123456789ab"
    assert str(HubSource("owner/name", "main", "model.gguf")) == "hub owner/name@main"


def test_one_wheel_reads_by_its_name_and_many_by_first_and_last() -> None:
    assert str(WheelSource((PART,))) == "package index model-part-1"
    many = WheelSource((PART, replace(PART, distribution="model-part-2"), replace(PART, distribution="model-part-3")))
    assert str(many) == "package index model-part-1 .. model-part-3"


def test_the_platform_decides_nothing_about_how_a_wheel_reads() -> None:
    assert str(WheelSource((PART,), "manylinux_2_17_x86_64")) == str(WheelSource((PART,)))


@pytest.mark.parametrize(
    ("options", "label"),
    [
        (Options(0, 0), "dense"),
        (Options(2, 1), "experts2-topk1"),
        (Options(4, 2), "experts4-topk2"),
        (Options(64, 8), "experts64-topk8"),
    ],
)
def test_a_variant_is_labelled_by_what_was_chosen(options: Options, label: str) -> None:
    assert options.label == label


@given(st.integers(0, 128), st.integers(0, 128), st.integers(0, 128), st.integers(0, 128))
def test_two_variants_share_a_folder_only_when_they_are_the_same(a: int, b: int, c: int, d: int) -> None:
    one, other = Options(a, b), Options(c, d)
    same = one == other or (a == c == 0)
    assert (one.label == other.label) is same


@given(st.integers(0, 999), st.integers(0, 999))
def test_a_label_is_safe_as_part_of_a_folders_name(experts: int, top_k: int) -> None:
    label = Options(experts, top_k).label
    assert Path(label).name == label
    assert label.replace("-", "").isalnum()


@given(SIZES, SIZES, st.integers(0, 128))
def test_the_dense_original_is_as_large_as_one_expert(base: int, per_expert: int, top_k: int) -> None:
    footprint = Footprint(base, per_expert)
    assert footprint.of(None) == footprint.of(Options(0, 0)) == footprint.of(Options(1, top_k)) == base + per_expert


@given(SIZES, SIZES, st.integers(1, 64))
def test_each_further_expert_adds_the_same(base: int, per_expert: int, experts: int) -> None:
    footprint = Footprint(base, per_expert)
    assert footprint.of(Options(experts + 1, 1)) - footprint.of(Options(experts, 1)) == per_expert


@given(SIZES, SIZES, st.integers(2, 64), st.integers(1, 64))
def test_how_many_experts_a_token_takes_costs_no_memory(base: int, per_expert: int, experts: int, top_k: int) -> None:
    footprint = Footprint(base, per_expert)
    assert footprint.of(Options(experts, top_k)) == footprint.of(Options(experts, 1))


def test_an_encoder_is_its_base_alone() -> None:
    assert Footprint(base=1_100, per_expert=0).of(None) == 1_100


@pytest.mark.parametrize("entry", registry.entries(), ids=lambda entry: entry.name)
def test_every_registered_artefact_is_pinned_and_has_somewhere_to_come_from(entry: registry.Entry) -> None:
    assert len(entry.artefact.sha256) == 64
    assert int(entry.artefact.sha256, 16)
    assert entry.artefact.size > 0
    assert [str(source) for source in entry.artefact.sources]
    assert Path(entry.artefact.file).name == entry.artefact.file


@pytest.mark.parametrize("entry", registry.entries(), ids=lambda entry: entry.name)
def test_every_registered_model_is_larger_on_disk_with_its_defaults_than_nothing(entry: registry.Entry) -> None:
    assert entry.footprint.of(entry.defaults) >= entry.footprint.of(None) > 0
    assert (entry.kind == "generator") is (entry.defaults is not None)


def test_a_pin_cannot_be_moved_at_run_time() -> None:
    for value, field in [
        (registry.entries()[0], "converter_revision"),
        (registry.entries()[0].artefact, "sha256"),
        (Options(2, 1), "experts"),
        (ModelFolder("m", "encoder", Path("/m"), "0" * 64, None), "path"),
    ]:
        with pytest.raises(FrozenInstanceError):
            setattr(value, field, None)
