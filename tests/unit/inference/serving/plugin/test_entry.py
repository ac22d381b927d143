import importlib.metadata
import subprocess
import sys

from inference.serving import plugin


def test_the_metadata_names_the_plugin_to_whoever_has_it_on_the_path() -> None:
    (found,) = importlib.metadata.distributions(path=[str(plugin.METADATA)])
    (point,) = found.entry_points.select(group="vllm.general_plugins")
    assert (point.name, point.value) == (plugin.NAME, "inference.serving.plugin.entry:register")


def test_naming_the_plugin_loads_neither_torch_nor_vllm() -> None:
    code = "import sys, inference.serving.plugin.entry; print([m for m in ('torch', 'vllm') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
