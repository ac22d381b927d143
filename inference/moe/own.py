"""Experts of one's own: code in the place of an expert's weights.

Named by number and dotted path (`--expert 3=package.module:make`), the same on every layer. `make(layer, hidden)` is
called once a layer and process, and gives what computes there, or None where the model's own weights go on. Routing,
weights of the sum, adaptive top-k and the counts are those of any expert. `copying` is the worked example.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Protocol

import torch
from torch import Tensor

from inference.moe.errors import BadOwnExpert


class OwnExpert(Protocol):
    """One expert of one layer."""

    def __call__(self, x: Tensor) -> Tensor:
        """Rows [n, hidden] bf16 of the tokens that are routed here, n at least 1 -> [n, hidden], finite.

        A row's result must depend on that row alone: which others come with it is chance.
        """


Make = Callable[[int, int], OwnExpert | None]
"""Called with the layer's number and its hidden size."""


def load(named: str) -> Make:
    """What `package.module:name` names, importable where the server runs. Raises `BadOwnExpert`."""
    module, _, name = named.partition(":")
    if not module or not name:
        raise BadOwnExpert(named, "is not of the form package.module:name", "不是 package.module:name 的形式")
    try:
        found = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise BadOwnExpert(named, f"can't be imported: {error}", f"无法导入：{error}") from error
    if not callable(found):
        raise BadOwnExpert(named, "can't be called", "不可调用")
    make: Make = found
    return make


def parse(arguments: list[str], experts: int | None = None) -> dict[int, str]:
    """`NUMBER=package.module:name` each, as number -> name. Raises `BadOwnExpert`: see `load`, or a number that is
    none, is given twice, or is not below `experts` where that is known.
    """
    named: dict[int, str] = {}
    for argument in arguments:
        number, _, path = argument.partition("=")
        if not number.isdecimal() or int(number) in named:
            raise BadOwnExpert(
                argument, "is no NUMBER=package.module:name of its own", "不是“编号=包.模块:名称”，或编号重复"
            )
        if experts is not None and int(number) >= experts:
            raise BadOwnExpert(argument, f"is beyond the model's {experts} experts", f"超出了模型的 {experts} 个专家")
        load(path)
        named[int(number)] = path
    return named


def here(named: Mapping[int, str], layer: int, hidden: int) -> dict[int, OwnExpert]:
    """Those of one layer, made now. Raises `BadOwnExpert`."""
    made = {number: load(path)(layer, hidden) for number, path in named.items()}
    return {number: expert for number, expert in made.items() if expert is not None}


def without(ids: Tensor, own: Mapping[int, OwnExpert]) -> Tensor:
    """Ids [tokens, top_k] for the kernel: -1 in the place of experts of one's own."""
    mine = torch.isin(ids, torch.tensor(list(own), dtype=ids.dtype))
    return torch.where(mine, -1, ids)


def add(
    out: Tensor,
    x: Tensor,
    ids: Tensor,
    shares: Tensor,
    own: Mapping[int, OwnExpert],
    expert_map: Tensor | None = None,
) -> None:
    """Add what experts of one's own compute to out [tokens, hidden] bf16, in place.

    Args:
        out: the sum over all other experts.
        x: [tokens, hidden] bf16.
        ids: [tokens, top_k], global, as they were routed.
        shares: [tokens, top_k], a row's weight in the sum.
        own: by global number.
        expert_map: [global experts] -> local or -1; what lies on another rank is computed there.

    Raises:
        BadOwnExpert: one gave rows of another shape.
    """
    total = out.float()
    for number, expert in own.items():
        rows, slots = (ids == number).nonzero(as_tuple=True)
        if not len(rows) or (expert_map is not None and int(expert_map[number]) < 0):
            continue
        given = x[rows]
        made = expert(given)
        if made.shape != given.shape:
            shape = f"{tuple(made.shape)} for {tuple(given.shape)}"
            raise BadOwnExpert(str(number), f"gave rows of shape {shape}", f"返回了形状为 {shape} 的结果")
        total.index_add_(0, rows, made.float() * shares[rows, slots, None].float())
    out.copy_(total)
