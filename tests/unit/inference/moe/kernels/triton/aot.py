"""Kernels compiled for a GPU that need not be there: what the assembler made of them."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

POINTERS = ("slots", "starts", "counts", "block_expert", "totals")
FIRST = ("hidden", "inner", "top_k", "x_row", "w_expert", "w_row", "s_expert", "s_row", "s_col")
SECOND = ("hidden", "inner", "all_slots", "w_expert", "w_row", "s_expert", "s_row", "s_col")


def prepare(folder: str) -> None:
    """Before Triton is imported."""
    os.environ.pop("TRITON_INTERPRET", None)
    os.environ["TRITON_CACHE_DIR"] = folder


@dataclass(frozen=True)
class Made:
    """Matrix instructions, asynchronous copies, registers, bytes of stack (spilled registers), and shared memory."""

    matrix: tuple[str, ...]
    copies: int
    registers: int
    stack: int
    shared: int


def product(which: str, kind: str, mode: int, layer: tuple[int, ...], capability: int = 90) -> Made:
    """A product with the rule's tiles for a layer (experts, hidden, inner, top_k, tokens)."""
    from inference.moe.kernels.triton import products, tiles

    bits = 8 if kind == "fp8e4nv" else 16
    shape = tiles.Shape(*layer, bits, (capability // 10, capability % 10))
    how = tiles.decode(shape) if shape.tokens <= tiles.DECODE_TOKENS else tiles.prefill(shape)
    left = "bf16" if mode == 2 else kind
    fixed: dict[str, Any] = {"MODE": mode, "TOKENS": how.tokens, "DEPTH": how.depth, "EVEN": True}
    if which == "first":
        types = {"x": f"*{left}", "x_scales": "*fp32", "w": f"*{kind}", "w_scales": "*fp32", "h": "*bf16"}
        types |= dict.fromkeys(POINTERS, "*i32") | dict.fromkeys(FIRST, "i32")
        return compiled(products.first_product, types, fixed | {"HALF": how.half}, how, capability)
    types = {"h": f"*{left}", "h_scales": "*fp32", "w": f"*{kind}", "w_scales": "*fp32", "rows": "*bf16"}
    types |= dict.fromkeys(POINTERS, "*i32") | dict.fromkeys(SECOND, "i32")
    return compiled(products.second_product, types, fixed | {"ROWS": how.rows, "SPLIT": how.split}, how, capability)


def compiled(kernel: Any, types: dict[str, str], fixed: dict[str, Any], how: Any, capability: int) -> Made:
    import triton
    from triton.backends.compiler import GPUTarget
    from triton.compiler import ASTSource

    names = kernel.arg_names
    signature = {name: types.get(name, "constexpr") for name in names}
    even = [at for at, name in enumerate(names) if types.get(name, "").startswith("*") or name in _EVEN]
    source = ASTSource(
        kernel,
        signature=signature,
        constexprs={(names.index(name),): value for name, value in fixed.items()},
        attrs={(at,): [["tt.divisibility", 16]] for at in even},
    )
    options = {"num_warps": how.warps, "num_stages": how.stages}
    made = triton.compile(source, target=GPUTarget("cuda", capability, 32), options=options)
    ptx = made.asm["ptx"]
    registers, stack = _resources(made.asm["cubin"], Path(triton.__file__).parent)
    matrix = re.findall(r"(?:wgmma\.mma_async|mma\.sync)\S*?\.(m\d+n\d+k\d+\S*)", ptx)
    return Made(tuple(sorted(set(matrix))), ptx.count("cp.async.cg"), registers, stack, made.metadata.shared)


_EVEN = ("hidden", "inner", "x_row", "w_row", "w_expert")


def _resources(binary: bytes, triton: Path) -> tuple[int, int]:
    with tempfile.NamedTemporaryFile(suffix=".cubin") as file:
        file.write(binary)
        file.flush()
        tool = str(triton / "backends" / "nvidia" / "bin" / "cuobjdump")
        told = subprocess.run([tool, "--dump-resource-usage", file.name], capture_output=True, text=True, check=True)
    found = re.search(r"REG:(\d+) STACK:(\d+)", told.stdout)
    assert found, told.stdout
    return int(found.group(1)), int(found.group(2))
