"""The commands' arguments and what each does with them. JSON on the last line, for whoever reads it by machine."""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch

from inference.specialise import adapters, deltas, measure, merge, texts, train
from inference.specialise.adapters import Adapters
from inference.specialise.deltas import Manifest, TrainedDomain
from inference.specialise.errors import BaseDiffers, NoMixture
from inference.specialise.measure import Outcome
from inference.specialise.texts import Domain, Source, Split
from inference.specialise.train import Losses, Plan

_RUN = "run"
"""Folder of tokens and checkpoints inside the deltas' folder; it may be deleted when the run has ended."""


def parser() -> argparse.ArgumentParser:
    """`python -m inference.specialise {train,evaluate,merge}`."""
    whole = argparse.ArgumentParser(prog="python -m inference.specialise", description="Experts learn a domain each.")
    commands = whole.add_subparsers(required=True)
    learn = commands.add_parser("train", help="learn deltas from files of text, measure them, write them")
    _texts(learn)
    _plan(learn)
    learn.add_argument("--into", type=Path, required=True, help="folder of the deltas; a stopped run goes on from it")
    learn.set_defaults(run=_train)
    again = commands.add_parser("evaluate", help="held-out perplexity by domain, with deltas and without")
    _texts(again)
    again.add_argument("--deltas", type=Path, required=True)
    again.set_defaults(run=_evaluate)
    written = commands.add_parser("merge", help="add deltas to their model, as a new folder")
    written.add_argument("--model", type=Path, required=True, help="folder of the model they were trained on")
    written.add_argument("--deltas", type=Path, required=True)
    written.add_argument("--into", type=Path, help="the new folder (default: beside the model)")
    written.set_defaults(run=_merge)
    return whole


def _texts(command: argparse.ArgumentParser) -> None:
    command.add_argument("--model", type=Path, required=True, help="folder of a mixture with copied experts")
    command.add_argument(
        *("--domain",),
        action="append",
        required=True,
        metavar="NAME=FILE[,FILE...]",
        help="a domain and its text (files or folders); the first gets expert 0, the next expert 1",
    )
    command.add_argument("--windows", type=int, default=32, help="held-out windows of each domain to measure")
    command.add_argument("--device", default="auto", help="cpu, cuda, or auto: a GPU where there is one")
    command.add_argument("--threads", type=int, help="processor threads")


def _plan(command: argparse.ArgumentParser) -> None:
    usual = Plan()
    command.add_argument("--window", type=int, default=256, help="tokens that are seen together")
    command.add_argument("--held-out", type=float, default=0.1, help="share of each text that is never learnt from")
    command.add_argument("--tokens", type=int, default=2_000_000, help="of each domain at most")
    command.add_argument("--steps", type=int, default=usual.steps, help="each reads one window of every domain")
    command.add_argument("--rank", type=int, default=16, help="of the deltas")
    command.add_argument("--alpha", type=float, default=16.0, help="deltas are scaled by alpha / rank")
    command.add_argument("--learning-rate", type=float, default=usual.learning_rate)
    command.add_argument("--router-rate", type=float, default=usual.router_rate)
    command.add_argument("--balance", type=float, default=usual.balance, help="weight of the load-balancing loss")
    command.add_argument("--routing", type=float, default=usual.routing, help="weight of the domain-routing loss")
    command.add_argument("--keep-every", type=int, default=usual.keep_every, help="steps between checkpoints")
    command.add_argument("--top-k", type=int, help="experts a token, in training and afterwards (default: the model's)")
    command.add_argument("--seed", type=int, default=usual.seed)


def _train(asked: argparse.Namespace) -> dict[str, Any]:
    sources, base = texts.parse(asked.domain), deltas.base_checksum(_folder(asked.model))
    split = Split(asked.window, asked.held_out, asked.tokens)
    model, domains = _open(asked, sources, split, asked.into / _RUN)
    learnt = adapters.adapt(
        *(model, asked.model),
        domains=len(domains),
        rank=asked.rank,
        alpha=asked.alpha,
        seed=asked.seed,
        top_k=asked.top_k,
    )
    plan = Plan(
        steps=asked.steps,
        learning_rate=asked.learning_rate,
        router_rate=asked.router_rate,
        balance=asked.balance,
        routing=asked.routing,
        keep_every=asked.keep_every,
        seed=asked.seed,
    )
    top_k = next(iter(learnt)).top_k
    about = train.identity(plan, domains, base=base, rank=asked.rank, alpha=asked.alpha, top_k=top_k)
    start = time.monotonic()
    began = train.run(model, learnt, domains, plan, asked.into / _RUN / "checkpoints", about, _say)
    seconds = time.monotonic() - start
    outcomes = measure.judge(model, learnt, domains, asked.windows)
    manifest = Manifest(
        base=asked.model.resolve().name,
        base_sha256=base,
        tensors_sha256="",
        rank=asked.rank,
        alpha=asked.alpha,
        top_k=top_k,
        steps=plan.steps,
        seed=plan.seed,
        window=split.window,
        held_out=split.held_out,
        most=split.most,
        domains=tuple(_trained(domain, outcome) for domain, outcome in zip(domains, outcomes, strict=True)),
        versions=deltas.versions(),
        created=deltas.now(),
    )
    manifest = deltas.write(asked.into, manifest, deltas.tensors_of(learnt, outcomes))
    _print(outcomes, learnt)
    run = {"steps": plan.steps, "resumed_at": began, "seconds": round(seconds, 1), "device": str(_device(model))}
    return {"deltas": str(asked.into), "base_sha256": base, **run, **_report(outcomes, manifest.experts)}


def _evaluate(asked: argparse.Namespace) -> dict[str, Any]:
    manifest, tensors = deltas.read(asked.deltas)
    found = deltas.base_checksum(_folder(asked.model))
    if found != manifest.base_sha256:
        raise BaseDiffers(asked.model, manifest.base_sha256, found)
    split = Split(manifest.window, manifest.held_out, manifest.most)
    model, given = _open(asked, texts.parse(asked.domain), split, asked.deltas / _RUN)
    experts = {domain.name: domain.expert for domain in manifest.domains}
    domains = tuple(replace(domain, expert=experts.get(domain.name, -1)) for domain in given)
    learnt = adapters.adapt(
        *(model, asked.model),
        domains=len(manifest.domains),
        rank=manifest.rank,
        alpha=manifest.alpha,
        seed=manifest.seed,
        top_k=manifest.top_k,
    )
    deltas.restore(learnt, manifest, tensors, asked.deltas)
    outcomes = measure.compare(model, learnt, domains, {one.expert for one in manifest.named}, asked.windows)
    _print(outcomes, learnt)
    learnt_from = {domain.text_sha256 for domain in manifest.domains}
    same = {domain.name: domain.sha256 in learnt_from for domain in domains}
    report = _report(outcomes, manifest.experts)
    return {"deltas": str(asked.deltas), "base_sha256": found, "trained_on_the_same_files": same, **report}


def _merge(asked: argparse.Namespace) -> dict[str, Any]:
    folder, manifest = merge.merge(_folder(asked.model), asked.deltas, asked.into)
    sys.stdout.write(f"{folder}\nexperts: {manifest.experts}\n")
    return {"model": str(folder), "experts": manifest.experts, "deltas_sha256": manifest.tensors_sha256}


def _folder(path: Path) -> Path:
    if not (path / "config.json").is_file():
        raise NoMixture(path, "config.json is missing", "缺少 config.json")
    return path


def _open(
    asked: argparse.Namespace, sources: tuple[Source, ...], split: Split, work: Path
) -> tuple[Any, tuple[Domain, ...]]:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    if asked.threads:
        torch.set_num_threads(asked.threads)
    tokenizer: Any = AutoTokenizer.from_pretrained(asked.model)
    domains = texts.prepare(sources, tokenizer, work / "tokens", split)
    device = asked.device if asked.device != "auto" else "cuda" if torch.cuda.is_available() else "cpu"
    model: Any = AutoModelForCausalLM.from_pretrained(asked.model, dtype=torch.bfloat16, use_safetensors=True)
    model.config.use_cache = False
    return model.to(device), domains


def _device(model: Any) -> torch.device:  # noqa: ANN401 - any of transformers
    device: torch.device = next(model.parameters()).device
    return device


def _say(losses: Losses) -> None:
    sys.stderr.write(
        f"step {losses.step + 1}: text {losses.text:.4f}, balance {losses.balance:.3f}, routing {losses.routing:.3f}\n"
    )


def _trained(domain: Domain, outcome: Outcome) -> TrainedDomain:
    return TrainedDomain(
        **asdict(outcome),
        tokens=domain.learnt * domain.window,
        held_out_tokens=domain.held * domain.window,
        text_sha256=domain.sha256,
    )


def _report(outcomes: tuple[Outcome, ...], experts: str) -> dict[str, Any]:
    return {"domains": [asdict(outcome) for outcome in outcomes], "experts": experts}


def _print(outcomes: tuple[Outcome, ...], learnt: Adapters) -> None:
    width = max(len(outcome.name) for outcome in outcomes)
    for one in outcomes:
        sys.stdout.write(
            f"{one.name:<{width}}  expert {one.expert}  held-out perplexity {one.before:.3f} -> {one.after:.3f} "
            f"({one.after / one.before - 1:+.2%})  share of its tokens {one.share_before:.0%} -> {one.share:.0%} "
            f"(even {1 / learnt.experts:.0%})  {'named' if one.named else 'not named: did not gain'}\n"
        )


def last_line(found: dict[str, Any]) -> str:
    """One line of JSON."""
    return json.dumps(found, ensure_ascii=False) + "\n"
