"""Launching vLLM for one model: its command line, its environment, its end, and the file that says who answers.

    python -m inference.serving --name qwen2.5-coder-0.5b-moe --port 8001 --api-key-file KEY --state-file STATE

The child is stock vLLM. Kernels of our own attach through vLLM's plugin entry point (`vllm.general_plugins`), which
the child loads by itself: the launcher only reports, in the state file, which experts' class vLLM says it uses.
"""

from inference.serving.config import Device, ServingConfig, command, environment
from inference.serving.launcher import Launcher
from inference.serving.state import ServerState

__all__ = ["Device", "Launcher", "ServerState", "ServingConfig", "command", "environment"]
