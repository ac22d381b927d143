"""`python -m inference.serving --name NAME --port P --api-key-file F`: vLLM's OpenAI server for one model, in the
foreground.

`--model DIR` serves any folder in the Hugging Face layout; without it the name is looked up in the catalogue's cache.
Exit status: 0 stopped when asked to, 1 a `ServingError` or `CatalogError` (English and Chinese text), 2 wrong
arguments.
"""

import argparse
import dataclasses
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from inference.catalog import default_cache, entry, options_for, resolve
from inference.catalog.errors import CatalogError
from inference.moe.errors import KernelError
from inference.moe.kernels.cpu import build
from inference.serving import adapters, own, packed, preflight, state, watch
from inference.serving.adapters import Adapter
from inference.serving.config import (
    GIB,
    MOST_GUESSES,
    USUAL_GUESSES,
    Device,
    GpuKernel,
    HouseKernel,
    Layout,
    ServingConfig,
    Weights,
    command,
    environment,
)
from inference.serving.errors import ServingError
from inference.serving.kernel import KernelChoice, choose
from inference.serving.launcher import Launcher
from inference.serving.silent import shared_expert_is_silent
from inference.serving.state import ServerState
from inference.serving.watch import Watched


def main(arguments: list[str] | None = None) -> int:
    """Serve until told to stop; returns the exit status."""
    asked = _parser().parse_args(arguments)
    try:
        _launcher(asked).run()
    except (ServingError, CatalogError, KernelError) as error:
        sys.stderr.write(f"{error}\n{error.chinese}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m inference.serving", description="Serve one model with vLLM.")
    parser.add_argument("--name", required=True, help="the name clients ask for; without --model also the catalogue's")
    parser.add_argument("--model", type=Path, help="folder of the model")
    parser.add_argument("--experts", type=int, help="the catalogue's option, without --model")
    parser.add_argument("--top-k", type=int, help="the catalogue's option, without --model")
    parser.add_argument("--cache", type=Path, help="the catalogue's cache folder, without --model")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8001)
    parser.add_argument("--api-key-file", type=Path, required=True, help="file with the key that clients must send")
    parser.add_argument("--state-file", type=Path, required=True, help="where to write who is serving (JSON)")
    parser.add_argument("--max-model-len", type=int, default=8192, help="tokens of prompt and answer together")
    parser.add_argument("--max-num-seqs", type=int, default=8, help="answers written at once")
    parser.add_argument("--memory", type=float, help="GiB that the server may take in all (CPU)")
    parser.add_argument(
        *("--kernel",),
        choices=[choice.value for choice in KernelChoice],
        default=KernelChoice.AUTO.value,
        help="whose experts compute: ours (house), vLLM's (stock), or ours where they can be had (auto)",
    )
    parser.add_argument(
        *("--weights",),
        choices=[weights.value for weights in Weights],
        default=Weights.INT4.value,
        help="how our kernels keep the weights (default: int4, and int8 where int4 would lose much)",
    )
    parser.add_argument("--no-packed-cache", action="store_true", help="pack the weights at each start, keep nothing")
    parser.add_argument("--threads", type=int, help="OpenMP threads (default: the CPUs this process may use)")
    parser.add_argument(
        *("--confidence",),
        type=_share,
        default=1.0,
        help="leave out a token's last experts once the others hold this share of its weights (1: never)",
    )
    parser.add_argument(
        *("--guess",),
        type=_guesses,
        metavar="N",
        help="guess N tokens from what stands before and check them in one step: quicker where answers quote (default: "
        f"{USUAL_GUESSES} with our kernel on a CPU and one rank without adapters, else 0)",
    )
    parser.add_argument(
        *("--trace-mib",),
        type=float,
        default=0.0,
        help="record which token went to which expert, at most so many MiB a rank, for `python -m benchmarks.ep`",
    )
    parser.add_argument(
        *("--adapter",),
        action="append",
        default=[],
        metavar="NAME=FOLDER",
        help="a LoRA adapter on attention's projections that clients ask for by this name; may be given several times",
    )
    parser.add_argument(
        *("--expert",),
        action="append",
        default=[],
        metavar="NUMBER=MODULE:NAME",
        help="code in the place of this expert's weights (inference.moe.own); may be given several times",
    )
    parser.add_argument("--tensor-parallel", type=int, default=1, help="ranks that share every layer")
    parser.add_argument("--data-parallel", type=int, default=1, help="groups of them that answer different questions")
    parser.add_argument("--expert-parallel", action="store_true", help="experts lie on all ranks together")
    parser.add_argument("--deadline", type=int, default=120, help="seconds after which a silent rank is lost")
    return parser


def _share(text: str) -> float:
    share = float(text)
    if not 0 < share <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not above 0 and at most 1")
    return share


def _guesses(text: str) -> int:
    number = int(text)
    if not 0 <= number <= MOST_GUESSES:
        raise argparse.ArgumentTypeError(f"{text} is not from 0 to {MOST_GUESSES}")
    return number


def _usual_guesses(house: HouseKernel | GpuKernel | None, layout: Layout, adapted: Sequence[Adapter]) -> int:
    """Where it was measured to pay: steps of a few tokens by our kernel on a CPU (infra/decisions/0026)."""
    return USUAL_GUESSES if isinstance(house, HouseKernel) and layout.ranks == 1 and not adapted else 0


def _launcher(asked: argparse.Namespace) -> Launcher:
    device, version = preflight.installed_engine()
    model = asked.model or _from_catalogue(asked)
    preflight.require_model(model)
    adapted = adapters.parse(asked.adapter, asked.name)
    preflight.require_port(asked.host, asked.port)
    experts = state.experts_of(model)
    layout = Layout(asked.tensor_parallel, asked.data_parallel, asked.expert_parallel, asked.deadline)
    adapters.require_one_rank(adapted, layout.ranks, cpu=device is Device.CPU)
    ranks = asked.state_file.absolute().parent / "activity"
    house = _with_packed(asked, _kernel(asked, device, experts), model, layout)
    in_code = own.checked(asked.expert, model, house)
    config = ServingConfig(
        model=model,
        name=asked.name,
        api_key=asked.api_key_file.read_text(encoding="utf-8").strip(),
        host=asked.host,
        port=asked.port,
        max_model_len=asked.max_model_len,
        max_num_seqs=asked.max_num_seqs,
        kv_cache_bytes=_kv_cache(model, asked.memory),
        threads=asked.threads or len(os.sched_getaffinity(0)),
        device=device,
        house=house,
        layout=layout,
        activity=ranks,
        adapters=adapted,
        trace_bytes=int(asked.trace_mib * 2**20),
        confidence=asked.confidence,
        silent_shared_expert=shared_expert_is_silent(model),
        guesses=_usual_guesses(house, layout, adapted) if asked.guess is None else asked.guess,
        own=in_code,
    )
    kernel = state.NO_MIXTURE if experts == state.NO_MIXTURE else state.UNKNOWN
    named, engine = own.said(experts, in_code), f"vLLM {version}"
    about = ServerState(name=config.name, engine=engine, kernel=kernel, experts=named, pid=os.getpid())
    wanted = house.experts if house else None
    report = asked.state_file.with_name(watch.FILE)
    gpu, recorded = device is Device.GPU, config.trace_bytes > 0
    watched = Watched(f"http://{config.address}", ranks, report, gpu=gpu, recorded=recorded)
    started = command(config), environment(config, os.environ), about, asked.state_file, wanted
    return Launcher(*started, watch.Watcher(watched))


def _kernel(asked: argparse.Namespace, device: Device, experts: str) -> HouseKernel | GpuKernel | None:
    cache = build.default_cache(asked.cache or default_cache(dict(os.environ)))
    mixture = experts not in {state.NO_MIXTURE, state.UNKNOWN}
    return choose(KernelChoice(asked.kernel), Weights(asked.weights), device, mixture=mixture, cache=cache)


def _with_packed(
    asked: argparse.Namespace, house: HouseKernel | GpuKernel | None, model: Path, layout: Layout
) -> HouseKernel | GpuKernel | None:
    """Ranks that share a model hold parts of it: theirs are packed at each start, as are weights left in bf16."""
    if not isinstance(house, HouseKernel) or house.weights is Weights.BF16 or layout.ranks > 1 or asked.no_packed_cache:
        return house
    cache = packed.default_cache(asked.cache or default_cache(dict(os.environ)))
    folder = packed.folder(cache, model, house.library, house.weights)
    if folder is not None:
        packed.prune(cache, folder)
    return dataclasses.replace(house, packed=folder)


def _from_catalogue(asked: argparse.Namespace) -> Path:
    cache = asked.cache or default_cache(dict(os.environ))
    return resolve(asked.name, options_for(entry(asked.name), asked.experts, asked.top_k), cache=cache).path


def _kv_cache(model: Path, memory_gib: float | None) -> int:
    import psutil

    memory = int(memory_gib * GIB) if memory_gib else None
    return preflight.kv_cache_bytes(preflight.weights_bytes(model), memory, psutil.virtual_memory().available)


if __name__ == "__main__":
    raise SystemExit(main())
