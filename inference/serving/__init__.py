"""Launching vLLM for one model: its command line, its environment, its end, and the file that says who answers.

    python -m inference.serving --name qwen2.5-coder-0.5b-moe --port 8001 --api-key-file KEY --state-file STATE

The child is stock vLLM. On a CPU our own kernels attach through vLLM's plugin entry point (`vllm.general_plugins`): the
launcher builds them, puts the plugin on the path, and ends a server that comes up without them. `--kernel stock`
leaves the experts to vLLM. The state file says which experts' class vLLM names as live.
"""

from inference.serving.config import Device, ServingConfig, command, environment
from inference.serving.launcher import Launcher
from inference.serving.state import ServerState

__all__ = ["Device", "Launcher", "ServerState", "ServingConfig", "command", "environment"]
