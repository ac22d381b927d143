"""Our decoder behind vLLM's model, without a server: the numbers of vLLM's calls one by one, and who serves when."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from inference.catalog import default_cache
from inference.moe.kernels.cpu import build

# in a child alone, as it is in the tests of the plugin
pytestmark = pytest.mark.skipif(find_spec("vllm") is None, reason="no vLLM here")

CODE = """
import sys
from pathlib import Path
from inference.serving.plugin import entry
entry.register()
import numpy
import torch
from vllm.config import set_current_vllm_config
from vllm.distributed import init_distributed_environment, initialize_model_parallel
from vllm.engine.arg_utils import EngineArgs
from vllm.forward_context import set_forward_context
from vllm.model_executor.layers.linear import QKVParallelLinear, UnquantizedLinearMethod
from vllm.model_executor.model_loader import get_model
from inference.serving.plugin import qwen2_moe
from inference.serving.plugin.decoder import FusedLayers
from tests import mixture

library, room = sys.argv[1], Path(sys.argv[2])
shape = {"hidden_size": 128, "num_attention_heads": 4, "num_key_value_heads": 2, "num_experts": 4}
rest = {"moe_intermediate_size": 96, "shared_expert_intermediate_size": 64, "intermediate_size": 128}
mixture.written(mixture.random_mixture(0, **shape, **rest).to(torch.bfloat16), room / "model")
settings = {"library": library, "silent_shared_expert": True, "activity": str(room / "seen"), "trace_bytes": 100_000}
config = EngineArgs(
    model=str(room / "model"), quantization="house_int4", enforce_eager=True, dtype="bfloat16", max_model_len=256,
    additional_config={"house": settings},
).create_engine_config()
torch.accelerator.empty_cache = lambda: None  # as vLLM's worker has it on a CPU
with set_current_vllm_config(config):
    init_distributed_environment(1, 0, f"file://{room}/point", 0, "gloo")
    initialize_model_parallel()
    model = get_model(vllm_config=config)
assert type(model) is qwen2_moe.HouseQwen2MoeForCausalLM
layers = list(model.model.layers)

class Attention:
    # stands in for the cache: mixes the three, so that whatever is wrong with one of them is seen
    def do_kv_cache_update(self, layer, key, value, cache, slots):
        self.kept = key.clone(), value.clone(), slots

    def forward(self, layer, query, key, value, cache, metadata, output, output_scale=None, output_block_scale=None):
        keys, values, slots = self.kept
        assert torch.equal(keys, key) and torch.equal(values, value) and len(slots) == len(query)
        keys, values = keys.repeat_interleave(2, 1), values.repeat_interleave(2, 1)
        output.copy_(query * torch.sigmoid(keys) + (metadata or 0.0) * values)

names = [layer.self_attn.attn.layer_name for layer in layers]
for layer in layers:
    layer.self_attn.attn.impl = Attention()

said, ours, calls = [], model._library, []
qwen2_moe.log.info = lambda line, *about: said.append(line % about)
run = FusedLayers.run
FusedLayers.run = lambda self, *given: calls.append(len(given[0])) or run(self, *given)

def ask(count, fused, metadata=0.5):
    model._library, model._fused = ours if fused else None, None
    draw = torch.Generator().manual_seed(count)
    ids, positions = torch.randint(0, 320, (count,), generator=draw), torch.randint(0, 256, (count,), generator=draw)
    about, slots = {name: metadata for name in names}, {name: positions for name in names}
    with torch.inference_mode(), set_current_vllm_config(config):
        with set_forward_context(about if metadata is not None else None, config, slot_mapping=slots):
            return model(ids, positions)

def experts_of(layer):
    return layer.mlp.experts.routed_experts.quant_method.moe_kernel.fused_experts

def counts():
    return [experts_of(layer).watch.counts.clone() for layer in layers]

TAKEN = ["Layers of steps of up to 16 tokens are computed by one call each"]

for count in (1, 3, 16):
    said.clear(), calls.clear()
    before = counts()
    got = ask(count, True)
    assert (calls, said) == ([count], TAKEN), (said, calls)
    between = counts()
    wanted = ask(count, False)
    assert calls == [count] and got.shape == (count, 128)
    assert torch.equal(got, wanted), (got.float() - wanted.float()).abs().max()
    for one, two, three in zip(before, between, counts(), strict=True):
        assert (two - one).sum() == 2 * count and torch.equal(two - one, three - two)

trace = experts_of(layers[0]).watch.trace
trace.flush(["other"])
(part,) = (room / "seen").glob("trace-*.npz")
seen = numpy.load(part)
steps = [seen["ids"][(seen["step"] == step) & (seen["layer"] == layer)] for step in range(6) for layer in (0, 1)]
for first in (0, 4, 8):
    for layer in (0, 1):
        assert (numpy.sort(steps[first + layer]) == numpy.sort(steps[first + 2 + layer])).all()

calls.clear()
assert torch.equal(ask(17, True), ask(17, False)) and calls == []  # more than it takes
said.clear()
ask(2, True, metadata=None)  # vLLM measures itself
assert calls == said == []

first = layers[1]
runner, router, rotary = first.mlp.experts, first.mlp.experts.router, first.self_attn.rotary_emb
experts = experts_of(first)
inner, gate, norm = first.self_attn.attn, first.mlp.gate, first.input_layernorm
parallel = runner.moe_config.moe_parallel_config
spoiled = [
    (model, "_adapters", True, "adapters"),
    (experts, "confidence", 0.5, "experts left out where the router is sure"),
    (experts, "own", {0: object()}, "experts in code"),
    (runner, "_shared_experts", object(), "a shared expert"),
    (runner, "routed_scaling_factor", 2.0, "another way round the experts"),
    (runner.routed_experts, "apply_router_weight_on_input", True, "shares before the experts"),
    (router, "scoring_func", "sigmoid", "another router"),
    (router, "custom_routing_function", print, "another router"),
    (parallel, "tp_size", 2, "several ranks"),
    (parallel, "use_ep", True, "several ranks"),
    (rotary, "is_neox_style", False, "another rotation"),
    (inner, "kv_sharing_target_layer_name", "model.layers.0", "keys and values of another layer"),
    (inner, "impl", object(), "an attention that can't be told to keep keys and values"),
    (inner, "query_quant", print, "another attention"),
    (first.self_attn.o_proj, "quant_method", UnquantizedLinearMethod(), "projections that are not ours"),
    (first.self_attn.qkv_proj, "__class__", type("WithLoRA", (QKVParallelLinear,), {}), "projections with adapters"),
    (norm, "variance_size_override", 64, "another norm"),
    (experts, "packed", None, "experts that are not packed yet"),
]
for module, name, value, reason in spoiled:
    kept = getattr(module, name)
    said.clear(), calls.clear()
    object.__setattr__(module, name, value)
    model._library, model._fused = ours, None
    assert model._fuse() is None and model._library is None, name  # asked once
    object.__setattr__(module, name, kept)
    assert said == ["Layers are computed by vLLM's own calls, one by one: " + reason], (name, said)
qwen2_moe.has_kv_transfer_group = lambda: True
said.clear()
model._library = ours
assert model._fuse() is None and "in another process" in said[0]
qwen2_moe.has_kv_transfer_group = lambda: False
del model.model.layers[1].mlp.experts.routed_scaling_factor  # as a version of vLLM without it would be
said.clear()
model._library = ours
assert model._fuse() is None and "routed_scaling_factor" in said[0]
print("as expected")
"""


def test_the_served_models_layers_are_one_call_each_and_give_the_same_bits(tmp_path: Path) -> None:
    built = build.library(build.default_cache(default_cache(dict(os.environ))))
    offline = {**os.environ, "HF_HUB_OFFLINE": "1", "VLLM_NO_USAGE_STATS": "1", "OMP_NUM_THREADS": "2"}
    command = [sys.executable, "-c", CODE, str(built), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=offline)
    assert done.stdout.endswith("as expected\n"), done.stderr[-3000:]
