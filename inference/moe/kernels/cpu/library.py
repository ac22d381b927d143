"""The C library as Python sees it: shapes and types are checked here, numbers are made there.

Loaded with ctypes, which lets go of the interpreter's lock during a call. Torch must be imported first, so that both
share one OpenMP pool; this module does that by importing it.
"""

from __future__ import annotations

import ctypes
from pathlib import Path

import torch
from torch import Tensor

from inference.moe.errors import BadCall, UnknownExpert
from inference.moe.kernels.cpu.packed import Format, Inputs, Packed, PackedExperts, Tally, all_first

ABI = 5
_ALIGNMENT = 64
HEAD_TOKENS = 8
"""Rows that `head` takes at once."""
_BAD_EXPERT = -3
_ERRORS = {-1: "a shape or an alignment", -2: "the weights' format", -4: "the kernel's name", -5: "memory"}
_P, _I32, _I64, _F32 = ctypes.c_void_p, ctypes.c_int32, ctypes.c_int64, ctypes.c_float
_SIGNATURES: dict[str, tuple[type | None, tuple[type, ...]]] = {
    "house_abi": (_I32, ()),
    "house_kernel": (ctypes.c_char_p, (_I32,)),
    "house_current": (ctypes.c_char_p, ()),
    "house_choose": (_I32, (ctypes.c_char_p,)),
    "house_packed_bytes": (_I64, (_I32, _I64, _I64)),
    "house_pack": (_I32, (_I32, _P, _I64, _I64, _I64, _P, _I32)),
    "house_unpack": (_I32, (_I32, _P, _I64, _I64, _P)),
    "house_large_pages": (None, (_P, _I64)),
    "house_linear": (_I32, (_I32, _I32, _P, _I64, _P, _I64, _I64, _I32, _P, _I64, _P, _P, _I32)),
    "house_head": (_I32, (_I32, _P, _I64, _P, _P, _I64, _I64, _F32, _P, _I32)),
    "house_decoder_bytes": (_I64, (_I32,)),
    "house_decoder_rows": (_I32, ()),
    "house_decode": (_I32, (_P, _P, _P)),
    "house_rms_norm": (_I32, (_P, _P, _P, _F32, _I64, _I64, _P, _P, _I32)),
    "house_experts": (
        _I32,
        (
            *(_I32, _I32, _I32, _P, _I64, _I64, _I64, _P, _P, _I64, _P, _P, _I64, _P, _I64, _P, _I32),
            *(_P, _I64, _I64, _P),
        ),
    ),
}


class Library:
    """One loaded library. Calls may come from any thread; each uses as many threads as torch is set to."""

    def __init__(self, calls: ctypes.CDLL) -> None:
        self._calls = calls

    @classmethod
    def load(cls, path: Path) -> Library:
        """Load what `build.library` built. Raises `BadCall` for another version of the interface."""
        calls = ctypes.CDLL(str(path))
        for name, (result, arguments) in _SIGNATURES.items():
            function = getattr(calls, name)
            function.restype, function.argtypes = result, arguments
        if calls.house_abi() != ABI:
            raise BadCall(f"{path} is of another version; delete it", f"{path} 版本不符，请删除")
        return cls(calls)

    @property
    def kernel(self) -> str:
        """Name of the kernel in use, such as `amx_bf16`, `avx512_bf16`, `avx512_vnni`, `avx2` or `portable`."""
        return bytes(self._calls.house_current()).decode()

    def kernels(self) -> tuple[str, ...]:
        """Those that this processor can run, best first."""
        names: list[str] = []
        while name := self._calls.house_kernel(len(names)):
            names.append(bytes(name).decode())
        return tuple(names)

    def choose(self, name: str | None) -> None:
        """Use the kernel of that name from now on, in the whole process; None returns to the best."""
        self._check(self._calls.house_choose(name.encode() if name is not None else None))

    def choose_exact(self) -> str:
        """Use the best kernel that computes a row the same whatever rows are beside it, and name it.

        AMX multiplies tiles from sixteen rows of an expert on, and adds in another order than for fewer.
        """
        name = next(name for name in self.kernels() if not name.startswith("amx"))
        self.choose(name)
        return name

    def pack(self, weight: Tensor, fmt: Format) -> Packed:
        """Pack weight [rows, cols] bf16, each row contiguous; quantised by groups of 32 columns of a row."""
        rows, cols = weight.shape
        data = self.room(self._bytes(fmt, rows, cols))
        self._pack_into(weight, fmt, data)
        return Packed(data, fmt, rows, cols)

    def pack_experts(self, w13: Tensor, w2: Tensor, fmt: Format, second: Format | None = None) -> PackedExperts:
        """Pack w13 [experts, 2 * inner, hidden] (gate above up) and w2 [experts, hidden, inner], both bf16; w2 in
        format `second` if that is given. Experts that are all copies of one are kept once.
        """
        experts, double, hidden = w13.shape
        inner, last = double // 2, second if second is not None else fmt
        if w2.shape != (experts, hidden, inner):
            raise BadCall(f"w13 {tuple(w13.shape)} and w2 {tuple(w2.shape)} are no experts", "w13 与 w2 的形状不匹配")
        shared = experts > 1 and _copies(w13) and _copies(w2)
        kept = 1 if shared else experts
        parts = [w13[number, part : part + inner] for number in range(kept) for part in (0, inner)]
        gates, downs = self._pack_all(parts, fmt, apart=2), self._pack_all(list(w2[:kept]), last, apart=1)
        return PackedExperts(gates, downs, (fmt, last), experts, hidden, inner, shared)

    def unpack(self, packed: Packed) -> Tensor:
        """The weights that the packed ones stand for, [rows, cols] float32."""
        out = torch.empty((packed.rows, packed.cols), dtype=torch.float32)
        size = packed.rows, packed.cols
        self._check(self._calls.house_unpack(packed.format, packed.data.data_ptr(), *size, out.data_ptr()))
        return out

    def linear(self, x: Tensor, weight: Packed, bias: Tensor | None = None, inputs: Inputs = Inputs.AUTO) -> Tensor:
        """Product of x [..., cols] bf16 and weight^T plus bias [outputs] bf16 -> [..., outputs] bf16."""
        if x.dtype is not torch.bfloat16 or x.shape[-1] != weight.cols:
            raise BadCall(
                f"a linear layer of {weight.cols} columns was given {tuple(x.shape)} {x.dtype}",
                f"线性层需要 {weight.cols} 列 bfloat16 输入，得到 {tuple(x.shape)} {x.dtype}",
            )
        flat = x.contiguous()
        out, tail = torch.empty((*x.shape[:-1], weight.outputs), dtype=torch.bfloat16), weight.tail
        status = self._calls.house_linear(
            *(weight.format, inputs, flat.data_ptr(), flat.numel() // weight.cols, weight.data.data_ptr()),
            *(weight.rows, weight.cols),
            *((tail.format, tail.data.data_ptr(), tail.rows) if tail is not None else (weight.format, None, 0)),
            *(bias.data_ptr() if bias is not None else None, out.data_ptr(), torch.get_num_threads()),
        )
        if status:
            self._check(status)
        return out

    def head(self, x: Tensor, rough: Packed, exact: Packed, margin: float) -> Tensor:
        """Product of x [tokens, cols] bf16 and an output head [rows, cols] kept twice -> [tokens, rows] bf16.

        Every row is computed by `rough`; those near a token's greatest also by `exact`: all rows of a block of sixteen
        in which one comes within `margin` of it. What is likely is exact, and two matrices cost little more than the
        smaller one.

        Args:
            x: at most `HEAD_TOKENS` rows.
            rough: int4, or int8.
            exact: int8, of the same shape.
            margin: in units of the output; 0 refines the greatest's block alone.
        """
        fits = (rough.rows, rough.cols, rough.tail) == (exact.rows, exact.cols, None) and exact.format is Format.INT8
        if not fits or not _rows(x, rough.cols) or len(x) > HEAD_TOKENS or x.dim() != 2:
            raise BadCall(
                f"a head of {rough.rows} x {rough.cols} was given {tuple(x.shape)} {x.dtype}", "输出层的形状或类型不符"
            )
        out = torch.empty((len(x), rough.rows), dtype=torch.bfloat16)
        self._check(
            self._calls.house_head(
                *(rough.format, x.data_ptr(), len(x), rough.data.data_ptr(), exact.data.data_ptr()),
                *(rough.rows, rough.cols, margin, out.data_ptr(), torch.get_num_threads()),
            )
        )
        return out

    def decoder_rows(self, layer_bytes: int, step_bytes: int) -> int:
        """Tokens that `decode` takes at once. Raises `BadCall` where its structures are of another size than ours."""
        theirs = self._calls.house_decoder_bytes(0), self._calls.house_decoder_bytes(1)
        if theirs != (layer_bytes, step_bytes):
            raise BadCall(
                f"a layer and a step take {theirs} bytes there, {layer_bytes, step_bytes} here", "结构大小不符"
            )
        return int(self._calls.house_decoder_rows())

    def decode(self, done: int | None, following: int | None, step: int) -> None:
        """From one layer's attention to the next one's; `inference.moe.kernels.cpu.decoder` writes what is pointed at.

        Raises:
            BadCall: a shape does not fit, or a position lies outside the table.
        """
        status = self._calls.house_decode(done, following, step)
        if status:
            self._check(status)

    def rms_norm(self, x: Tensor, weight: Tensor, epsilon: float, kept: Tensor | None = None) -> Tensor:
        """Root mean square norm of x [..., width] bf16, times weight [width] bf16 -> the same shape.

        With `kept`, of the shape of x, the sum of both is normalised and put into `kept`, in place.
        """
        width = weight.numel()
        if not all(_rows(part, width) and part.numel() == x.numel() for part in (x, x if kept is None else kept)):
            raise BadCall(f"a norm of {width} was given {tuple(x.shape)} {x.dtype}", f"归一化需要 {width} 列 bfloat16")
        out, threads = torch.empty_like(x), torch.get_num_threads()
        room = torch.empty(threads * width, dtype=torch.float32)
        self._check(
            self._calls.house_rms_norm(
                *(x.data_ptr(), None if kept is None else kept.data_ptr(), weight.data_ptr(), epsilon),
                *(x.numel() // width, width, out.data_ptr(), room.data_ptr(), threads),
            )
        )
        return out

    def experts(
        self,
        x: Tensor,
        weights: PackedExperts,
        ids: Tensor,
        shares: Tensor,
        expert_map: Tensor | None = None,
        inputs: Inputs = Inputs.AUTO,
        out: Tensor | None = None,
        tally: Tally | None = None,
    ) -> Tensor:
        """One layer of routed experts; see `inference.moe.reference.experts`.

        Args:
            x: [tokens, hidden] bf16.
            weights: the experts of this rank.
            ids: [tokens, top_k], global, -1 for none.
            shares: [tokens, top_k], a row's weight in the sum.
            expert_map: [global experts] -> local or -1.
            inputs: how activations enter quantised products.
            out: [tokens, hidden] bf16 contiguous; made if absent.
            tally: is added the slots computed here.

        Raises:
            UnknownExpert: an id is out of bounds; nothing outside the buffers is read.
            BadCall: shapes or types do not fit.
        """
        if x.dtype is not torch.bfloat16 or x.shape[-1] != weights.hidden or ids.shape != shares.shape:
            raise BadCall(
                f"experts of hidden size {weights.hidden} were given {tuple(x.shape)} {x.dtype}, ids "
                f"{tuple(ids.shape)}, weights {tuple(shares.shape)}",
                "专家层的输入形状或类型不符",
            )
        tokens, top_k = ids.shape
        flat, ids, shares = x.contiguous(), ids.to(torch.int32).contiguous(), shares.float().contiguous()
        if out is None or not out.is_contiguous() or out.dtype is not torch.bfloat16:
            out = torch.empty_like(flat)
        table = expert_map.to(torch.int32).contiguous() if expert_map is not None else None
        total = table.numel() if table is not None else weights.experts
        if weights.shared:
            table = all_first(table, weights.experts)
        status = self._calls.house_experts(
            *(*weights.formats, inputs, flat.data_ptr(), tokens, weights.hidden, weights.inner),
            *(ids.data_ptr(), shares.data_ptr(), top_k, weights.w13.data_ptr(), weights.w2.data_ptr()),
            *(weights.kept, table.data_ptr() if table is not None else None, total),
            *(out.data_ptr(), torch.get_num_threads(), *_tally(tally, total)),
        )
        if status == _BAD_EXPERT:
            raise UnknownExpert(total)
        self._check(status)
        return out

    def _bytes(self, fmt: Format, rows: int, cols: int) -> int:
        return self._check(self._calls.house_packed_bytes(fmt, rows, cols))

    def room(self, size: int) -> Tensor:
        """Memory for `size` packed bytes: aligned, and on large pages where the system gives them."""
        room = torch.empty(size + _ALIGNMENT, dtype=torch.uint8)
        start = -room.data_ptr() % _ALIGNMENT
        self._calls.house_large_pages(room.data_ptr(), room.numel())
        return room[start : start + size]

    def _pack_all(self, matrices: list[Tensor], fmt: Format, apart: int) -> Tensor:
        """One after the other. Experts that are still copies of each other (`apart` matrices back) are packed once."""
        size = self._bytes(fmt, *matrices[0].shape) if matrices else 0
        room = self.room(len(matrices) * size)
        for number, matrix in enumerate(matrices):
            place = room[number * size : (number + 1) * size]
            if number >= apart and torch.equal(matrix, matrices[number - apart]):
                place.copy_(room[(number - apart) * size :][:size])
            else:
                self._pack_into(matrix, fmt, place)
        return room

    def _pack_into(self, weight: Tensor, fmt: Format, data: Tensor) -> None:
        if weight.dtype is not torch.bfloat16 or weight.stride(-1) != 1:
            raise BadCall(f"weights must be rows of bfloat16, not {weight.dtype}", "权重必须是按行连续的 bfloat16")
        rows, cols = weight.shape
        place = weight.data_ptr(), rows, cols, weight.stride(0), data.data_ptr(), torch.get_num_threads()
        self._check(self._calls.house_pack(fmt, *place))

    def _check(self, status: int) -> int:
        if status < 0:
            what = _ERRORS.get(status, f"error {status}")
            raise BadCall(f"the kernel refused {what}", f"内核拒绝了该调用（{status}）")
        return status


def _tally(tally: Tally | None, total: int) -> tuple[int | None, int, int, int | None]:
    """As the library takes it. Raises `BadCall` where the counts are not for `total` experts."""
    if tally is None:
        return None, 0, 0, None
    labels, counts = tally.labels, tally.counts
    if counts.shape[1:] != (total,) or counts.dtype is not torch.int64 or not counts.is_contiguous():
        raise BadCall(
            f"counts of {total} experts were given as {tuple(counts.shape)} {counts.dtype}", "计数张量的形状或类型不符"
        )
    if labels.dtype is not torch.uint8 or not labels.is_contiguous():
        raise BadCall(f"labels must be contiguous uint8, not {labels.dtype}", "标签必须是连续的 uint8")
    return labels.data_ptr(), len(labels), len(counts), counts.data_ptr()


def _rows(x: Tensor, width: int) -> bool:
    """Whether x is rows of `width` bf16 that lie one after the other."""
    return x.dtype is torch.bfloat16 and x.is_contiguous() and x.shape[-1] == width


def _copies(matrices: Tensor) -> bool:
    """Whether all of matrices [experts, ...] are the first one."""
    return all(torch.equal(matrices[0], other) for other in matrices[1:])
