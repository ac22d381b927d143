"""Our GPU experts inside the installed vLLM, without a GPU: its seams, and a layer under the interpreter."""

import os
import subprocess
import sys
from importlib.util import find_spec

import pytest

# in children alone: this process need not load them to know that they are there
pytestmark = pytest.mark.skipif(not (find_spec("vllm") and find_spec("triton")), reason="no vLLM here")

CODE = """
import inspect, sys
from types import SimpleNamespace
from inference.serving.plugin import gpu_experts as ours
assert "triton" not in {n.split(".")[0] for n in sys.modules if "inference.moe.kernels.triton" in n}
assert not any(name.startswith("inference.moe.kernels.triton") for name in sys.modules), "kernels came with the plugin"
import torch
import vllm.model_executor.layers.fused_moe.modular_kernel as mk
from vllm.config import VllmConfig, set_current_vllm_config
from vllm.model_executor.custom_op import op_registry_oot
from vllm.model_executor.layers.quantization import get_quantization_config
from vllm.model_executor.layers.quantization.fp8 import Fp8Config
from vllm.platforms import current_platform
from inference.serving.plugin import entry
theirs, current_platform.is_cuda = current_platform.is_cuda, lambda: True
entry.register()
entry.register()
current_platform.is_cuda = theirs
assert op_registry_oot["UnquantizedFusedMoEMethod"] is ours.HouseTritonMoEMethod
assert get_quantization_config("fp8") is ours.HouseFp8Config and issubclass(ours.HouseFp8Config, Fp8Config)
for name in ("apply", "finalize_weight_and_reduce_impl"):
    mine = inspect.signature(getattr(ours.HouseTritonExperts, name))
    assert list(mine.parameters) == list(inspect.signature(getattr(mk.FusedMoEExpertsModular, name)).parameters), name
assert not inspect.isabstract(ours.HouseTritonExperts)
assert not ours.wanted()
for told, live in (({}, False), ({"house_gpu": {}}, True), ({"house": {"library": "/l"}}, False)):
    with set_current_vllm_config(VllmConfig(additional_config=told)):
        assert ours.wanted() is live, told

fine = dict(is_act_and_mul=True, swiglu_limit=None, has_bias=False, is_lora_enabled=False)
silu, gelu = SimpleNamespace(value="silu"), SimpleNamespace(value="gelu")
assert ours._ours(SimpleNamespace(activation=silu, **fine))
for change in (dict(activation=gelu), dict(has_bias=True), dict(swiglu_limit=7.0), dict(is_lora_enabled=True)):
    assert not ours._ours(SimpleNamespace(**{"activation": silu, **fine, **change})), change

from inference.moe import reference
experts = ours.HouseTritonExperts.__new__(ours.HouseTritonExperts)
experts._experts, experts.quant_config = None, SimpleNamespace(w1_scale=None, w2_scale=None)
draw = torch.Generator().manual_seed(3)
w13, w2 = (torch.randn(shape, generator=draw).half() / 6 for shape in ((3, 40, 32), (3, 32, 20)))
x, table = torch.randn(4, 32, generator=draw).half(), torch.tensor([-1, 0, 1, -1, 2], dtype=torch.int32)
routing = reference.route(torch.randn(4, 5, generator=draw), 2, renormalise=True)
out = torch.empty_like(x)
rest = (None, 5, table, None, None, None, None, None)
experts.apply(out, x, w13, w2, routing.weights, routing.ids, *rest, False)
wanted = reference.experts(x, w13, w2, routing, table)
assert (out.double() - wanted).abs().max() < 3e-3 * wanted.abs().max(), (out, wanted)
experts.apply(out, x, w13, w2, routing.weights, routing.ids, *rest, True)
ones = reference.Routing(routing.ids, torch.ones_like(routing.weights))
wanted = reference.experts(x, w13, w2, ones, table)
assert (out.double() - wanted).abs().max() < 3e-3 * wanted.abs().max()
assert experts.workspace_shapes(4, 40, 32, 2) == ((0,), (0,), (4, 32))
print("as expected")
"""


def ran(code: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )
    return done.stdout[-100:] if done.stdout.endswith("as expected\n") else done.stdout[-500:] + done.stderr[-3000:]


def test_vllm_takes_our_gpu_classes_and_a_layer_is_the_oracles() -> None:
    assert ran(CODE, TRITON_INTERPRET="1").endswith("as expected\n")
