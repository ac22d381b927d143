"""The merged folder holds what was measured, is served as any other, and nothing else has changed in it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from inference.catalog import provenance
from inference.specialise import adapters, deltas, measure, merge, texts
from inference.specialise.errors import BaseDiffers, DamagedDeltas, NoMixture
from inference.specialise.texts import Source, Split


@pytest.fixture(scope="module")
def merged(base: Path, trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return merge.merge(base, trained, tmp_path_factory.mktemp("merged") / "model")[0]


def test_named_experts_and_routers_change_and_nothing_else(base: Path, merged: Path) -> None:
    before, after = load_file(base / "model.safetensors"), load_file(merged / "model.safetensors")
    assert before.keys() == after.keys()
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert changed == {
        name for name in before if ".mlp.gate." in name or any(f".experts.{expert}." in name for expert in (0, 1))
    }
    assert all(after[name].dtype == before[name].dtype for name in before)


def test_loaded_from_disk_it_is_as_perplexed_as_was_measured(
    base: Path, merged: Path, trained: Path, files: dict[str, Path], tmp_path: Path
) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    manifest, _ = deltas.read(trained)
    model = AutoModelForCausalLM.from_pretrained(merged, dtype=torch.bfloat16).eval()
    split = Split(manifest.window, manifest.held_out, manifest.most)
    sources = [Source(domain.name, (files[domain.name],)) for domain in manifest.domains]
    domains = texts.prepare(sources, AutoTokenizer.from_pretrained(merged), tmp_path, split)
    plain = adapters.adapt(model, merged, domains=1, rank=1, alpha=1.0, seed=0, top_k=None)
    plain.enable(set())
    for domain, told in zip(domains, manifest.domains, strict=True):
        found = measure.read(model, plain, domain, 8)
        assert found.perplexity == pytest.approx(told.after, rel=0.01)


def test_its_provenance_names_domains_and_deltas_and_vouches_for_every_file(
    base: Path, merged: Path, trained: Path
) -> None:
    record = provenance.check(merged, thorough=True)
    manifest, _ = deltas.read(trained)
    assert (record.experts, record.deltas_sha256) == ("trained: ledger, code", manifest.tensors_sha256)
    assert {"config.json", "model.safetensors", "tokenizer.json"} <= record.files.keys()
    assert record.name == base.name


def test_where_the_base_has_a_provenance_it_is_kept(base: Path, trained: Path, tmp_path: Path) -> None:
    from inference.catalog.registry import entry
    from inference.catalog.types import Options

    shutil.copytree(base, tmp_path / "base")
    model = entry("qwen2.5-coder-0.5b-moe")
    provenance.write(tmp_path / "base", model, Options(4, 2), lambda _: None)
    target, _ = merge.merge(tmp_path / "base", trained)
    record = provenance.check(target, thorough=True)
    assert (record.licence, record.artefact_sha256) == ("Apache-2.0", model.artefact.sha256)
    assert record.experts == "trained: ledger, code"
    assert target.parent == tmp_path
    assert target.name.startswith("base+ledger-code-")


def test_deltas_of_another_model_are_refused(modest: Path, trained: Path, tmp_path: Path) -> None:
    with pytest.raises(BaseDiffers, match="trained on a model with checksum") as caught:
        merge.merge(modest, trained, tmp_path / "never")
    assert "校验和" in caught.value.chinese
    assert not list(tmp_path.iterdir())


def test_deltas_that_fit_nowhere_leave_nothing_behind(base: Path, trained: Path, tmp_path: Path) -> None:
    manifest, tensors = deltas.read(trained)
    (tmp_path / "d").mkdir()
    tensors["model.layers.7.mlp.experts.0.a13"] = tensors["model.layers.0.mlp.experts.0.a13"].clone()
    deltas.write(tmp_path / "d", manifest, tensors)
    with pytest.raises(DamagedDeltas, match=r"layers\.7"):
        merge.merge(base, tmp_path / "d", tmp_path / "out" / "model")
    assert list((tmp_path / "out").iterdir()) == []


def test_weights_in_a_format_that_is_not_written_are_refused(base: Path, trained: Path, tmp_path: Path) -> None:
    shutil.copytree(base, tmp_path / "half")
    weights = load_file(base / "model.safetensors")
    save_file({name: tensor.half() for name, tensor in weights.items()}, tmp_path / "half" / "model.safetensors")
    manifest, tensors = deltas.read(trained)
    own = manifest.model_copy(update={"base_sha256": deltas.base_checksum(tmp_path / "half")})
    deltas.write(tmp_path / "d", own, tensors)
    with pytest.raises(NoMixture, match="is in F16"):
        merge.merge(tmp_path / "half", tmp_path / "d", tmp_path / "never")


def test_fewer_experts_a_token_go_into_the_configuration(base: Path, trained: Path, tmp_path: Path) -> None:
    manifest, tensors = deltas.read(trained)
    deltas.write(tmp_path / "d", manifest.model_copy(update={"top_k": 1}), tensors)
    target, _ = merge.merge(base, tmp_path / "d", tmp_path / "model")
    assert json.loads((target / "config.json").read_text())["num_experts_per_tok"] == 1
    assert provenance.read(target).top_k == 1
