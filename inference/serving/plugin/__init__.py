"""Our experts and linear layers inside vLLM, on a CPU.

vLLM finds `entry.register` through the entry point group `vllm.general_plugins`; the folder `metadata` names it and is
put on the server's path by the launcher, so that nothing has to be installed. Two seams are used: `register_oot` for
the experts of unquantised models, and quantisation methods by name for the rest. Settings come with vLLM's own
`--additional-config`.

A plugin that fails is only logged by vLLM. The launcher therefore waits for the name of our class in the log and ends
the server when it does not come.
"""

from pathlib import Path

METADATA = Path(__file__).with_name("metadata")
"""Folder to put on the server's Python path."""

NAME = "house_experts"
"""The plugin's name, for vLLM's allow-list (`VLLM_PLUGINS`)."""
