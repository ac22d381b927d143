"""The plugin's classes inside the installed vLLM, without a server: registration and the seams it stands on."""

import subprocess
import sys

import pytest

pytest.importorskip("vllm")

CODE = """
import inspect
from inference.serving.plugin import entry
entry.register()
entry.register()
import torch
from vllm.model_executor.custom_op import op_registry_oot
from vllm.model_executor.layers.quantization import get_quantization_config
import vllm.model_executor.layers.fused_moe.modular_kernel as mk
from inference.serving.plugin import experts, loaded
assert op_registry_oot["UnquantizedFusedMoEMethod"] is experts.HouseMoEMethod
for name in ("house_int4", "house_int8"):
    assert get_quantization_config(name)().get_name() == name
for name in ("apply", "finalize_weight_and_reduce_impl"):
    ours = inspect.signature(getattr(experts.HouseExperts, name))
    assert list(ours.parameters) == list(inspect.signature(getattr(mk.FusedMoEExpertsModular, name)).parameters), name
assert not inspect.isabstract(experts.HouseInt4Experts)
assert loaded.library() is None
print("as expected")
"""


def test_vllm_takes_our_classes_and_their_signatures_are_its_own() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=False)
    assert done.stdout.endswith("as expected\n"), done.stderr[-3000:]
