"""`python -m inference.capacity`: the table, for all that it knows or for one model, machine and layout.

Exit status: 0 done, 2 wrong arguments.
"""

import argparse
import json
import sys
from dataclasses import asdict

from inference.capacity.evidence import all_of_it
from inference.capacity.machines import GIB, MACHINES, Machine
from inference.capacity.models import MODELS, Kept, Model
from inference.capacity.roofline import Load, Prediction, predict
from inference.serving.config import Layout

_COMMON = (
    ("qwen2.5-coder-1.5b-moe", "cpu-2-cores-amx", Kept.INT4, Layout(), 1),
    ("qwen2.5-coder-0.5b-moe", "cpu-2-cores-amx", Kept.INT4, Layout(), 1),
    ("qwen2.5-coder-1.5b-moe", "cpu-64-cores-12-channels", Kept.INT4, Layout(), 8),
    ("qwen2.5-coder-1.5b-moe", "l4", Kept.BF16, Layout(), 32),
    ("qwen3-30b-a3b", "cpu-64-cores-12-channels", Kept.INT8, Layout(), 8),
    ("qwen3-30b-a3b", "l40s", Kept.FP8, Layout(), 32),
    ("qwen3-30b-a3b", "a100-80", Kept.BF16, Layout(), 32),
    ("qwen3-30b-a3b", "h200", Kept.BF16, Layout(), 64),
    ("qwen3-30b-a3b", "h200", Kept.FP8, Layout(), 64),
    ("qwen3-30b-a3b", "l40s", Kept.FP8, Layout(tensor=4), 64),
    ("qwen3-235b-a22b", "h200", Kept.FP8, Layout(tensor=4), 64),
    ("qwen3-235b-a22b", "h200", Kept.FP8, Layout(data=8, experts=True), 256),
    ("deepseek-v3", "h200", Kept.FP8, Layout(tensor=8), 64),
    ("deepseek-v3", "h200", Kept.FP8, Layout(data=8, experts=True), 256),
    ("deepseek-v3", "h200", Kept.FP8, Layout(data=16, experts=True), 1024),
)


def main(arguments: list[str] | None = None) -> int:
    """Print; returns the exit status."""
    asked = _parser().parse_args(arguments)
    cases = _asked(asked) if asked.model or asked.machine else [_case(*one, asked.context) for one in _COMMON]
    rows = [_row(*one) for one in cases]
    out = sys.stdout.write
    out(f"{'model':<24}{'weights':<8}{'machine':<26}{'layout':<16}{'users':>6}{'GiB':>8}{'fit':>7}")
    out(f"{'tokens/s':>10}{'each':>8}{'prompt/s':>10}  waits for\n")
    for row in rows:
        out(_line(row))
    out("\nAt best, by bandwidth and arithmetic alone. Measured figures and how many times better the roofline is:\n")
    for one in all_of_it():
        out(f"  {one.what:<76}{one.measured:>9.1f} {one.unit:<9}{one.ratio:>5.1f} x  {one.source}\n")
    if asked.json:
        evidence = [{**asdict(one), "ratio": one.ratio} for one in all_of_it()]
        out(json.dumps({"rows": rows, "evidence": evidence, "context": asked.context}) + "\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m inference.capacity", description="What a machine can do at best.")
    parser.add_argument("--model", choices=[model.name for model in MODELS], help="one model")
    parser.add_argument("--machine", choices=[machine.name for machine in MACHINES], help="one kind of device")
    parser.add_argument("--weights", choices=[kept.name.lower() for kept in Kept], help="how weights are kept")
    parser.add_argument("--users", type=_positive, default=16, help="answers written at once")
    parser.add_argument("--context", type=_positive, default=2048, help="tokens before each answer, on average")
    parser.add_argument("--tensor-parallel", type=_positive, default=1, help="devices that share every layer")
    parser.add_argument("--data-parallel", type=_positive, default=1, help="groups of them")
    parser.add_argument("--expert-parallel", action="store_true", help="experts lie on all devices together")
    parser.add_argument("--json", action="store_true", help="one object on the last line")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1")
    return number


_Case = tuple[Model, Kept, Machine, Layout, Load]


def _case(model: str, machine: str, kept: Kept, layout: Layout, users: int, context: int) -> _Case:
    one = next(known for known in MODELS if known.name == model)
    where = next(known for known in MACHINES if known.name == machine)
    return one, kept, where, layout, Load(users, context)


def _asked(asked: argparse.Namespace) -> list[_Case]:
    """Every combination of what was left open; weights as they usually are on such a device."""
    layout = Layout(asked.tensor_parallel, asked.data_parallel, asked.expert_parallel)
    load = Load(asked.users, asked.context)
    models = [model for model in MODELS if asked.model in {None, model.name}]
    machines = [machine for machine in MACHINES if asked.machine in {None, machine.name}]
    return [(model, _kept(asked.weights, one), one, layout, load) for model in models for one in machines]


def _kept(asked: str | None, machine: Machine) -> Kept:
    if asked is not None:
        return Kept[asked.upper()]
    return Kept.INT4 if machine.processor else Kept.FP8 if machine.fp8 else Kept.BF16


def _row(model: Model, kept: Kept, machine: Machine, layout: Layout, load: Load) -> dict[str, object]:
    said: Prediction = predict(model, kept, machine, layout, load)
    spread = f"tp{layout.tensor} dp{layout.data}{' ep' if layout.experts else ''}"
    about = {"model": model.name, "weights": kept.name.lower(), "machine": machine.name, "layout": spread}
    return {**about, "users_asked": load.users, **asdict(said)}


def _line(row: dict[str, object]) -> str:
    about = f"{row['model']:<24}{row['weights']:<8}{row['machine']:<26}{row['layout']:<16}{row['users_asked']:>6}"
    size = float(str(row["weight_bytes"])) / GIB
    if row["tokens_per_second"] is None:
        return f"{about}{size:>8.1f}  does not fit\n"
    return (
        f"{about}{size:>8.1f}{row['users']:>7}{row['tokens_per_second']:>10.0f}{row['each']:>8.1f}"
        f"{row['prompt_tokens_per_second']:>10.0f}  {row['bound']}\n"
    )


if __name__ == "__main__":
    raise SystemExit(main())
