"""The plugin's classes inside the installed vLLM, without a server: registration and the seams it stands on."""

import os
import subprocess
import sys
from importlib.util import find_spec

import pytest

from inference.catalog import default_cache
from inference.moe.kernels.cpu import build

# in children alone: this process need not load it to know that it is there
pytestmark = pytest.mark.skipif(find_spec("vllm") is None, reason="no vLLM here")

CODE = """
import inspect
from inference.serving.plugin import entry
import sys
entry.register()
entry.register()
assert not {"inference.serving.plugin.gpu_experts", "inference.moe.kernels.triton"} & set(sys.modules), "not on a CPU"
import torch
from vllm.model_executor.custom_op import op_registry_oot
from vllm.model_executor.layers.quantization import get_quantization_config
import vllm.model_executor.layers.fused_moe.modular_kernel as mk
from inference.serving.plugin import exchange, experts, loaded
assert op_registry_oot["UnquantizedFusedMoEMethod"] is experts.HouseMoEMethod
for name in ("house_int4", "house_int8"):
    assert get_quantization_config(name)().get_name() == name
for name in ("apply", "finalize_weight_and_reduce_impl"):
    ours = inspect.signature(getattr(experts.HouseExperts, name))
    assert list(ours.parameters) == list(inspect.signature(getattr(mk.FusedMoEExpertsModular, name)).parameters), name
for name in ("prepare", "finalize"):
    ours = inspect.signature(getattr(exchange.HouseExchange, name))
    theirs = inspect.signature(getattr(mk.FusedMoEPrepareAndFinalizeModular, name))
    assert list(ours.parameters) == list(theirs.parameters), name
assert not inspect.isabstract(experts.HouseInt4Experts)

from vllm.model_executor.layers.fused_moe.runner.moe_runner import MoERunner
from vllm.model_executor.layers.layernorm import RMSNorm
from inference.serving.plugin import norm, runner
assert op_registry_oot["MoERunner"] is runner.HouseRunner and op_registry_oot["RMSNorm"] is norm.HouseRMSNorm
assert "shared_experts" in inspect.signature(MoERunner.__init__).parameters
given = []
MoERunner.__init__ = lambda self, *args, shared_experts=None, **kwargs: given.append(shared_experts)
for loaded.silent_shared_expert in (lambda: False, lambda: True):
    runner.HouseRunner.__init__(object.__new__(runner.HouseRunner), "layer", shared_experts="theirs")
assert given == ["theirs", None], given

from inference.moe.parallel.group import Group
between = exchange.HouseExchange(Group())
x, weights = torch.randn(3, 4), torch.tensor([[0.5, 0.25], [1.0, 0.0], [0.75, 0.25]])
ids = torch.tensor([[1, 0], [2, -1], [0, 0]], dtype=torch.int32)
rows, _, _, experts_of, ones = between.prepare(x, weights, ids, 3, None, False, None)
assert experts_of.flatten().tolist() == [1, 0, 2, 0, 0] and experts_of.dtype is torch.int32
assert ones.shape == experts_of.shape and bool((ones == 1).all())
out = torch.empty(3, 4)
between.finalize(out, rows * (experts_of + 1), weights, ids, False, None)
assert torch.allclose(out, x * torch.tensor([[1.25], [3.0], [1.0]]))
try:
    between.finalize(out, rows, weights, ids, False, None)
    raise SystemExit("a second finalize went through")
except RuntimeError as error:
    assert "without a prepare" in str(error)
other = exchange.HouseExchange(Group())
try:
    other.prepare(x, weights, ids, 3, torch.tensor([0, -1, 1]), False, None)
    raise SystemExit("another placement went through")
except Exception as error:
    assert "--expert-placement-strategy linear" in str(error), error
assert loaded.library() is None

from vllm.config import VllmConfig, set_current_vllm_config
from inference.moe.kernels.cpu.library import Library
torch.set_default_dtype(torch.bfloat16)
built = Library.load(PATH)
def normed(library, x, residual):
    loaded.library = lambda: library
    with set_current_vllm_config(VllmConfig()):
        layer = RMSNorm(96, eps=1e-5)
    layer.weight.data = torch.linspace(-2, 2, 96)
    assert type(layer) is norm.HouseRMSNorm
    return layer.forward_cpu(x.clone(), None if residual is None else residual.clone())
for x in (torch.randn(5, 96), torch.randn(1, 96), torch.randn(5, 192)[:, ::2], torch.randn(5, 96).float()):
    assert torch.allclose(normed(built, x, None), normed(None, x, None), rtol=1e-2, atol=1e-3)
    for ours, theirs in zip(normed(built, x, x + 1), normed(None, x, x + 1), strict=True):
        assert ours.dtype is theirs.dtype and torch.allclose(ours, theirs, rtol=1e-2, atol=1e-3)

import tempfile
from vllm.distributed import init_distributed_environment, initialize_model_parallel
from vllm.model_executor.model_loader.weight_utils import default_weight_loader
from inference.moe.kernels.cpu.packed import Format
from inference.serving.plugin.linear import HouseHeadMethod, HouseLinearMethod
coarse = (torch.randint(0, 16, (96, 96)).float() / 16 - 0.5).bfloat16()
weight, x = torch.cat([coarse, torch.randn(32, 96)]), torch.randn(3, 96)
layer = torch.nn.Module()
layer.quant_method = HouseLinearMethod(built, "qkv", None, Format.INT4)
sizes = {"input_size_per_partition": 96, "output_partition_sizes": [64, 32, 32], "input_size": 96, "output_size": 128}
about = {"params_dtype": torch.bfloat16, "weight_loader": default_weight_loader}
with set_current_vllm_config(VllmConfig()), tempfile.TemporaryDirectory() as meeting:
    init_distributed_environment(1, 0, f"file://{meeting}/point", 0, "gloo")
    initialize_model_parallel()
    layer.quant_method.create_weights(layer=layer, **sizes, **about)
assert layer.weight.is_meta
with torch.device("cpu"):
    layer.weight.weight_loader(layer.weight, weight)
packed = layer.house_packed
assert (packed.format, packed.rows, packed.tail.format, packed.tail.rows) == (Format.INT4, 96, Format.INT8, 32)
wanted = x.float() @ weight.float().T
off = (layer.quant_method.apply(layer, x).float() - wanted).norm() / wanted.norm()
assert off < 0.02, off
for fmt, twice in ((Format.INT4, True), (Format.INT8, False)):
    head = torch.nn.Module()
    head.weight = torch.nn.Parameter(3 * torch.randn(640, 96), requires_grad=False)
    exact = head.weight.float()
    method = HouseHeadMethod(built, "lm_head", None, fmt)
    method.process_weights_after_loading(head)
    assert hasattr(head, "house_rough") == twice and head.weight.untyped_storage().nbytes() < 100
    for tokens in (0, 1, 8, 9):
        x = torch.randn(tokens, 96)
        logits, wanted = method.apply(head, x).float(), x.float() @ exact.T
        assert logits.shape == (tokens, 640)
        assert tokens == 0 or torch.allclose(logits.amax(dim=1), wanted.amax(dim=1), rtol=0.02)

from vllm.v1.sample import rejection_sampler
from vllm.v1.sample.ops import penalties, topk_topp_sampler
assert rejection_sampler.apply_top_k_top_p is topk_topp_sampler.apply_top_k_top_p
logits, ones = 3 * torch.randn(2, 5000, dtype=torch.float32), torch.ones(2, dtype=torch.float32)
told, said = torch.randint(0, 5001, (2, 40)), torch.randint(0, 5001, (2, 30))
def drawn_from(live):
    loaded.live = lambda: live
    penalised = penalties.apply_penalties(logits.clone(), told, said, 0.5 * ones, 0.25 * ones, 1.05 * ones)
    return penalised, topk_topp_sampler.apply_top_k_top_p(penalised.clone(), None, torch.tensor([0.9, 0.3]))
for ours, theirs in zip(drawn_from(True), drawn_from(False), strict=True):
    assert int((ours.isfinite() != theirs.isfinite()).sum()) <= 1  # one on the limit
    both = ours.isfinite() & theirs.isfinite()
    assert both.any() and torch.allclose(ours[both], theirs[both], rtol=1e-6)
print("as expected")
"""


def test_vllm_takes_our_classes_and_their_signatures_are_its_own() -> None:
    built = build.library(build.default_cache(default_cache(dict(os.environ))))
    code = CODE.replace("PATH", repr(str(built)))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.endswith("as expected\n"), done.stderr[-3000:]
