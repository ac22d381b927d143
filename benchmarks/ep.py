"""Claim: expert parallelism gives the same bits in every world, sends little, and stays even.

    python -m benchmarks.ep [--json] [--trace FILE] [--tokens 256]

Three parts, none of them timed: on one machine an exchange over gloo says nothing about a network.
Worlds: a layer of eight experts computed by our kernel on 1, 2 and 4 processes, compared bit for bit.
Bytes: what leaves a rank for a step of Qwen3-30B-A3B (hidden 2,048, 128 experts, top-8, bf16), a row to each rank once
against a row a slot, and the exact combine against sums on the ranks.
Balance: mean over max of the ranks' load (mean and 5th percentile of the steps) of linear placement, of placement by
observed load with replicas in turn, and with a split that knows the batch; over all layers, if there are several.
Routings are recorded ones (the first half is the observed load, the second is judged), or drawn: popularity log-normal
with sigma 0.7, top-8 without replacement, the setting of the published simulations.

`--trace` takes what `serve_model --trace-mib` records (a part, or the folder of them: rows of a layer are cut into
steps of --tokens), or any .npz with `ids` [steps, tokens, top_k].
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import torch
from torch import Tensor

from benchmarks.ep_cases import compute_part, send_rows
from benchmarks.machine import describe
from benchmarks.report import Figure, say
from inference.catalog import default_cache
from inference.moe.kernels.cpu import build
from inference.moe.parallel import ranks, split
from inference.moe.parallel.balance import balancedness, place, rank_loads
from inference.moe.parallel.combine import Combine
from inference.moe.parallel.migrate import moves, travelling
from inference.moe.parallel.placement import Placement, linear
from inference.moe.parallel.rebalance import rebalance

WORLDS = (1, 2, 4)
EXPERTS, TOP_K, HIDDEN = 128, 8, 2048
LAYOUTS = ((8, 0), (8, 16), (32, 32))
"""Ranks and spare places of the balance table."""


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one object on the last line")
    parser.add_argument("--trace", type=Path, help="recorded routings: a part, or the folder of them")
    parser.add_argument("--tokens", type=int, default=256, help="tokens a step")
    asked = parser.parse_args()
    layers = recorded(asked.trace, asked.tokens) if asked.trace else [drawn(asked.tokens)]
    figures: dict[str, Figure] = {"routings": str(asked.trace or "drawn"), "layers": len(layers)}
    figures["steps"] = len(layers[0])
    with tempfile.TemporaryDirectory() as folder:
        figures |= worlds(Path(folder)) | traffic(Path(folder), layers[0][0])
    for count, spare in LAYOUTS:
        figures |= balance(layers, count, spare)
    say("Expert parallelism", figures, describe("torch"), as_json=asked.json)


def recorded(path: Path, tokens: int) -> list[Tensor]:
    """Routings [steps, tokens, top_k] by layer. Exits with a message where there are none."""
    parts = sorted(path.glob("trace-*.npz")) if path.is_dir() else [path]
    rows: dict[int, list[np.ndarray[Any, Any]]] = {}
    try:
        for part in parts:
            with np.load(part) as file:
                ids, layer = file["ids"].astype(np.int64), file.get("layer")
            if layer is None:
                return [_steps(path, torch.from_numpy(ids))]
            for number in np.unique(layer).tolist():
                rows.setdefault(number, []).append(ids[layer == number])
    except (OSError, EOFError, KeyError, ValueError, BadZipFile) as error:
        raise SystemExit(f"{path} is no recording of routings (.npz with `ids`): {error}") from error
    found = [np.concatenate(rows[number]) for number in sorted(rows)]
    cut = [torch.from_numpy(ids[: len(ids) // tokens * tokens].reshape(-1, tokens, ids.shape[1])) for ids in found]
    if not cut:
        raise SystemExit(f"{path} holds no recorded part (trace-*.npz); serve with --trace-mib and ask something first")
    return [_steps(path, ids) for ids in cut]


def _steps(path: Path, ids: Tensor) -> Tensor:
    if ids.ndim != 3 or len(ids) < 2:
        raise SystemExit(
            f"{path}: ids must be [steps, tokens, top_k] with two steps or more, not {list(ids.shape)}; record more "
            "or cut into smaller steps (--tokens)"
        )
    return ids


def drawn(tokens: int, steps: int = 40) -> Tensor:
    """Routings [steps, tokens, top_k] of experts whose popularity is log-normal, the same at every call."""
    draw = torch.Generator().manual_seed(0)
    popular = torch.exp(0.7 * torch.randn(EXPERTS, generator=draw))
    return torch.stack([torch.multinomial(popular.expand(tokens, -1), TOP_K, generator=draw) for _ in range(steps)])


def worlds(folder: Path) -> dict[str, Figure]:
    """Whether the worlds agree, and on what kernel."""
    library = build.library(build.default_cache(default_cache()))
    done = [ranks.run(size, folder, compute_part, library, linear(8, size)) for size in WORLDS]
    outputs = [torch.cat([output for output, _ in parts]) for parts in done]
    same = all(torch.equal(output, outputs[0]) for output in outputs)
    return {"worlds": ", ".join(map(str, WORLDS)), "worlds_kernel": done[0][0][1], "worlds_bitwise_equal": same}


def traffic(folder: Path, ids: Tensor) -> dict[str, Figure]:
    """KiB that leave all ranks in a step: rows to ranks once or a slot each, and back."""
    figures: dict[str, Figure] = {}
    experts = max(EXPERTS, int(ids.max()) + 1)
    for size in WORLDS[1:]:
        placement = linear(experts, size)
        rank_of = torch.where(ids >= 0, placement.table[ids.clamp_min(0), 0] // placement.slots, -1)
        home = torch.arange(len(ids))[:, None] * size // len(ids)
        figures[f"ep{size}_dispatch_row_a_slot_kib"] = int(((rank_of != home) & (ids >= 0)).sum()) * HIDDEN * 2 // 1024
        for combine in Combine:
            sent = ranks.run(size, folder, send_rows, placement, ids, HIDDEN, combine)
            figures[f"ep{size}_dispatch_row_a_rank_kib"] = sum(out for out, _ in sent) // 1024
            figures[f"ep{size}_combine_{combine.value}_kib"] = sum(back for _, back in sent) // 1024
    return figures


def balance(layers: list[Tensor], count: int, spare: int) -> dict[str, Figure]:
    """Evenness by policy on the second half of each layer's routings, placed by the load of the first."""
    experts = max(EXPERTS if len(layers) == 1 else count, 1 + max(int(steps.max()) for steps in layers))
    loads: dict[str, list[Tensor]] = {"linear": [], "observed": [], "level": []}
    moved = 0
    for steps in layers:
        half = len(steps) // 2
        slots = -(-experts // count) + spare // count
        naive, observed = linear(experts, count), place(split.count(steps[:half], experts), count, slots)
        judged = steps[half:]
        loads["linear"] += [rank_loads(split.even(ids, naive), naive) for ids in judged]
        loads["observed"] += [rank_loads(split.even(ids, observed), observed) for ids in judged]
        loads["level"] += [_level(ids, observed) for ids in judged]
        again = rebalance(split.count(judged, experts), observed)
        moved += len(travelling(moves(observed, again), observed, again))
    figures: dict[str, Figure] = {}
    for policy, rows in loads.items():
        even = balancedness(torch.stack(rows))
        name = f"balance_{count}_ranks_{spare}_spare_{policy}"
        figures[name], figures[f"{name}_p5"] = round(even.mean, 3), round(even.fifth_percentile, 3)
    return {**figures, f"balance_{count}_ranks_{spare}_spare_moved_at_rebalance": moved}


def _level(ids: Tensor, placement: Placement) -> Tensor:
    counts = split.count(ids, placement.experts)[None]
    return rank_loads(split.level(ids, placement, counts, 0), placement)


if __name__ == "__main__":
    main()
