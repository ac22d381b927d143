"""A mixture's layer without a shared expert that is silent: what adds nothing but zeros is not computed."""

from __future__ import annotations

from typing import Any

from vllm.model_executor.layers.fused_moe.runner.moe_runner import MoERunner

from inference.serving.plugin import loaded


class HouseRunner(MoERunner):
    """vLLM's, but for the shared expert where the launcher has seen that its weights are zero."""

    def __init__(self, *args: Any, shared_experts: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, shared_experts=None if loaded.silent_shared_expert() else shared_experts, **kwargs)


def offer() -> None:
    """Put our runner in the place of vLLM's."""
    MoERunner.register_oot(HouseRunner)
