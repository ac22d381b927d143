import importlib.metadata
import logging
import subprocess
import sys

import pytest

from inference.serving import plugin
from inference.serving.plugin import entry


def test_the_metadata_names_the_plugin_to_whoever_has_it_on_the_path() -> None:
    (found,) = importlib.metadata.distributions(path=[str(plugin.METADATA)])
    (point,) = found.entry_points.select(group="vllm.general_plugins")
    assert (point.name, point.value) == (plugin.NAME, "inference.serving.plugin.entry:register")


def test_naming_the_plugin_loads_neither_torch_nor_vllm() -> None:
    code = "import sys, inference.serving.plugin.entry; print([m for m in ('torch', 'vllm') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_vllm_without_the_class_our_layer_replaces_still_gets_our_experts(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "vllm.model_executor.layers.fused_moe.runner.moe_runner", None)
    monkeypatch.delitem(sys.modules, "inference.serving.plugin.runner", raising=False)
    monkeypatch.delattr(plugin, "runner", raising=False)
    with caplog.at_level(logging.INFO, logger=entry.__name__):
        entry._offer_runner()
    assert "plugin.without_runner" in caplog.text
