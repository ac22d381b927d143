"""How a model is to be served, and the vLLM command and environment that say so. Pure functions: nothing is started
here.

The API key travels in the environment, because a command line can be read by every user of the machine.
"""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from inference.serving import adapters, plugin
from inference.serving.adapters import Adapter
from inference.serving.plugin.settings import GPU_KEY, PluginSettings

GIB = 2**30
MOST_GUESSES = 7
"""With the next token eight rows, which the output head still reads in int4."""
USUAL_GUESSES = 3
_CHECKOUT = Path(__file__).parents[2]


class Device(Enum):
    """Which build of vLLM is installed."""

    CPU = "cpu"
    GPU = "gpu"


class Weights(Enum):
    """How our kernels keep the weights they are given in bf16."""

    BF16 = "bf16"
    INT8 = "int8"
    INT4 = "int4"


@dataclass(frozen=True, slots=True)
class HouseKernel:
    """Our experts and linear layers instead of vLLM's. `library`: the built kernel. INT4: experts, attention
    and output head in int4, and in int8 what would lose much by it; INT8: all of them; BF16: the experts alone.
    `packed`: where the packed weights are kept; None packs them at each start.
    """

    library: Path
    weights: Weights = Weights.INT4
    packed: Path | None = None

    @property
    def experts(self) -> str:
        """Name of the experts' class, which vLLM writes to its log when it is live."""
        return {Weights.BF16: "HouseExperts", Weights.INT8: "HouseInt8Experts", Weights.INT4: "HouseInt4Experts"}[
            self.weights
        ]


@dataclass(frozen=True, slots=True)
class GpuKernel:
    """Our experts on a GPU, in Triton: for bf16 and fp8 models, whose weights stay as they are."""

    @property
    def experts(self) -> str:
        """Name of the experts' class, which is written to the log when it is live."""
        return "HouseTritonExperts"


@dataclass(frozen=True, slots=True)
class Layout:
    """Over how many ranks a model is spread.

    `tensor`: ranks that share each layer; `data`: groups of them that answer different questions. `experts`: experts
    lie on all ranks together instead of in every group; without it each is split as the other layers are.
    `deadline`: seconds after which a rank that does not answer is lost, and the server with it; two minutes hold the
    longest step of a slow machine.
    """

    tensor: int = 1
    data: int = 1
    experts: bool = False
    deadline: int = 120

    @property
    def ranks(self) -> int:
        """Processes that compute."""
        return self.tensor * self.data

    def flags(self) -> tuple[str, ...]:
        """As vLLM wants it; nothing for one rank."""
        return (
            *(("--tensor-parallel-size", str(self.tensor)) if self.tensor > 1 else ()),
            *(("--data-parallel-size", str(self.data)) if self.data > 1 else ()),
            *(("--enable-expert-parallel",) if self.experts else ()),
        )


@dataclass(frozen=True, slots=True)
class ServingConfig:
    """One model on one address.

    `kv_cache_bytes`: what keys and values may take; half a GiB holds 18,000 tokens of the 1.5B (28 KiB a token),
    which is two full contexts or eight ordinary questions. `threads`: OpenMP threads on a CPU. `house`: None serves
    with vLLM's own kernels. `layout`: over how many processes. `activity`: folder where our experts' ranks write what
    they count; `trace_bytes`, `confidence` and `silent_shared_expert`: see `PluginSettings`. `adapters`: names beside
    the model's own. `guesses`: tokens that are guessed from what the prompt and the answer have said before, and
    checked in one step with the next token (prompt lookup, Saxena 2023); 0 guesses nothing. `own`: see
    `inference.moe.own`.
    """

    model: Path
    name: str
    api_key: str
    host: str = "127.0.0.1"
    port: int = 8001
    max_model_len: int = 8192
    max_num_seqs: int = 8
    kv_cache_bytes: int = GIB // 2
    threads: int = 1
    device: Device = Device.CPU
    house: HouseKernel | GpuKernel | None = None
    layout: Layout = Layout()
    activity: Path | None = None
    trace_bytes: int = 0
    confidence: float = 1.0
    adapters: tuple[Adapter, ...] = ()
    silent_shared_expert: bool = False
    guesses: int = 0
    own: Mapping[int, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """Host and port as they stand in an address; a server that listens everywhere is met on this machine."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 - compared, not bound
        return f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"


def command(config: ServingConfig) -> list[str]:
    """The argument list of vLLM's OpenAI server. The `vllm` console script is missing from the CPU build, the module
    is not.
    """
    return [
        *(sys.executable, "-m", "vllm.entrypoints.openai.api_server"),
        *("--model", str(config.model), "--served-model-name", config.name),
        *("--host", config.host, "--port", str(config.port)),
        *("--max-model-len", str(config.max_model_len), "--max-num-seqs", str(config.max_num_seqs)),
        *("--enable-prefix-caching", "--disable-uvicorn-access-log"),
        *(_cpu_flags(config) if config.device is Device.CPU else ()),
        *(_house_flags(config.house, config) if config.house else ()),
        *_guess_flags(config.guesses),
        *config.layout.flags(),
        *adapters.flags(config.adapters),
    ]


def _guess_flags(guesses: int) -> tuple[str, ...]:
    """Two equal tokens before them are the least that makes the next ones worth checking."""
    if not guesses:
        return ()
    lookup = {"prompt_lookup_min": 2, "prompt_lookup_max": 4}
    return ("--speculative-config", json.dumps({"method": "ngram", "num_speculative_tokens": guesses, **lookup}))


def _house_flags(house: HouseKernel | GpuKernel, config: ServingConfig) -> tuple[str, ...]:
    if isinstance(house, GpuKernel):
        return ("--additional-config", f'{{"{GPU_KEY}": {{}}}}')
    quantised = () if house.weights is Weights.BF16 else ("--quantization", f"house_{house.weights.value}")
    settings = PluginSettings(
        library=house.library,
        packed=house.packed,
        deadline=config.layout.deadline,
        activity=config.activity,
        trace_bytes=config.trace_bytes,
        confidence=config.confidence,
        silent_shared_expert=config.silent_shared_expert,
        own=dict(config.own),
    )
    return ("--additional-config", settings.as_additional_config(), *quantised)


def _cpu_flags(config: ServingConfig) -> tuple[str, ...]:
    """Eager: compiling takes minutes on two cores and wins nothing at these sizes.

    One process for engine and worker (see `environment`): 0.85 GiB less and ready in 45 s instead of 110 s on two
    busy cores. Several ranks need a process each.
    """
    executor = "uni" if config.layout.tensor == 1 else "mp"
    return (
        *("--enforce-eager", "--distributed-executor-backend", executor),
        *("--kv-cache-memory-bytes", str(config.kv_cache_bytes)),
    )


def environment(config: ServingConfig, inherited: Mapping[str, str]) -> dict[str, str]:
    """The child's environment: the caller's, with what vLLM must be told. vLLM reads all of these itself."""
    told = {
        "VLLM_API_KEY": config.api_key,
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "VLLM_NO_USAGE_STATS": "1",
        "DO_NOT_TRACK": "1",
        "TOKENIZERS_PARALLELISM": "false",
        "PYTHONUNBUFFERED": "1",
    }
    if config.device is Device.CPU:
        # vLLM allows the single-process executor on CPUs only with its own multiprocessing off; the number of OpenMP
        # threads, which it would otherwise set in the worker's process, is then ours to give.
        if config.layout.ranks == 1:
            told["VLLM_ENABLE_V1_MULTIPROCESSING"] = "0"
        else:
            told["VLLM_EXECUTE_MODEL_TIMEOUT_SECONDS"] = str(config.layout.deadline)
        told["OMP_NUM_THREADS"] = str(max(1, config.threads // config.layout.ranks))
        # Threads that wait must yield: on two cores shared with five busy processes, 0.2 tokens/s against 0.9.
        told["OMP_WAIT_POLICY"] = "PASSIVE"
        # Threads of a served model share their cores with the web server: pinned threads would wait for pinned cores.
        told["VLLM_CPU_OMP_THREADS_BIND"] = "nobind"
    if config.house:
        told |= _with_plugin(inherited)
    return {**inherited, **told}


def _with_plugin(inherited: Mapping[str, str]) -> dict[str, str]:
    """VLLM finds plugins through the metadata of what is on its path, and loads those that its allow-list names."""
    path = [str(_CHECKOUT), str(plugin.METADATA), *filter(None, [inherited.get("PYTHONPATH")])]
    allowed = inherited.get("VLLM_PLUGINS")
    return {
        "PYTHONPATH": os.pathsep.join(path),
        **({"VLLM_PLUGINS": f"{allowed},{plugin.NAME}"} if allowed is not None else {}),
    }
