"""LoRA adapters by name (Hu et al., arXiv 2106.09685): folders as PEFT writes them, checked before vLLM sees them.

A client asks for an adapter by its name, as for a model. Adapters change attention's projections; experts are taught
by `python -m inference.specialise`, because neither vLLM's experts on a CPU nor ours take adapters.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from inference.serving.errors import AdapterRefused

PROJECTIONS = ("q_proj", "k_proj", "v_proj", "o_proj")
RANKS = (8, 16, 32, 64, 128, 256)
"""What vLLM makes room for; an adapter takes the next."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_CONFIG, _WEIGHTS, _SUMS = "adapter_config.json", "adapter_model.safetensors", "SHA256SUMS"


@dataclass(frozen=True, slots=True)
class Adapter:
    """A checked adapter: the name clients ask for, its folder, its rank."""

    name: str
    folder: Path
    rank: int


class _Config(BaseModel):
    """What is read of PEFT's adapter_config.json."""

    model_config = ConfigDict(frozen=True)
    peft_type: str
    r: int
    target_modules: list[str]
    modules_to_save: list[str] | None = None
    use_dora: bool = False
    bias: str = "none"


def parse(arguments: Iterable[str], model: str) -> tuple[Adapter, ...]:
    """`NAME=FOLDER` each, checked against their SHA256SUMS (as `sha256sum` writes it) where they have one.

    Raises `AdapterRefused`: a name that cannot be asked for, is taken or is the model's own; a folder that is not what
    it should be, or holds what cannot be served.
    """
    found: list[Adapter] = []
    for argument in arguments:
        name, _, folder = argument.partition("=")
        if not _NAME.fullmatch(name) or not folder:
            raise AdapterRefused(argument, "is no NAME=FOLDER", "不是“名称=目录”的形式")
        if name == model or any(adapter.name == name for adapter in found):
            raise AdapterRefused(name, "is a name that is taken", "名称已被占用")
        found.append(_checked(name, Path(folder)))
    return tuple(found)


def require_one_rank(adapters: tuple[Adapter, ...], ranks: int, *, cpu: bool) -> None:
    """Raises `AdapterRefused` for adapters over several ranks on a CPU, which nobody has seen answer rightly."""
    if adapters and ranks > 1 and cpu:
        raise AdapterRefused(
            adapters[0].name,
            f"can't be served over {ranks} ranks on a CPU; serve it on one, or merge it into the model first",
            f"在 CPU 上不能跨 {ranks} 个 rank 提供；请使用单个 rank，或先将其合并进模型",
        )


def flags(adapters: tuple[Adapter, ...]) -> tuple[str, ...]:
    """As vLLM wants them; nothing for none."""
    if not adapters:
        return ()
    rank = next(each for each in RANKS if each >= max(adapter.rank for adapter in adapters))
    return (
        *("--enable-lora", "--max-loras", str(len(adapters)), "--max-lora-rank", str(rank)),
        *("--lora-target-modules", *PROJECTIONS),
        *("--lora-modules", *(f"{adapter.name}={adapter.folder.resolve()}" for adapter in adapters)),
    )


def _checked(name: str, folder: Path) -> Adapter:
    for file in (_CONFIG, _WEIGHTS):
        if not (folder / file).is_file():
            raise AdapterRefused(name, f"has no {file} in {folder}", f"的目录 {folder} 中缺少 {file}")
    _check_sums(name, folder)
    try:
        config = _Config.model_validate(json.loads((folder / _CONFIG).read_text(encoding="utf-8")))
    except (ValueError, ValidationError) as error:
        raise AdapterRefused(name, f"has an {_CONFIG} that cannot be read", f"的 {_CONFIG} 无法读取") from error
    other = sorted({module.rpartition(".")[2] for module in config.target_modules} - set(PROJECTIONS))
    if config.peft_type != "LORA" or config.use_dora or config.modules_to_save or config.bias != "none":
        raise AdapterRefused(name, "is more than plain LoRA", "不是普通的 LoRA")
    if other:
        raise AdapterRefused(name, f"changes {other[0]}, not attention alone", f"改动了注意力以外的 {other[0]}")
    if not 1 <= config.r <= RANKS[-1]:
        raise AdapterRefused(
            name, f"has rank {config.r}, at most {RANKS[-1]} can be served", f"的秩为 {config.r}，过大"
        )
    return Adapter(name, folder, config.r)


def _check_sums(name: str, folder: Path) -> None:
    try:
        lines = (folder / _SUMS).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return
    told = {file.strip().lstrip("*"): digest for digest, _, file in (line.partition(" ") for line in lines if line)}
    for file in (_CONFIG, _WEIGHTS):
        with (folder / file).open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        if told.get(file) != digest:
            raise AdapterRefused(name, f"has another {file} than {_SUMS} says", f"的 {file} 与 {_SUMS} 不符")
