"""Experts and linear layers on a CPU, in C++ behind a plain C interface: bf16, int8 and int4 weights.

    library = Library.load(build.library(cache))
    packed = library.pack(weight, Format.INT4)
    out = library.linear(x, packed)

AMX, AVX-512 VNNI/BF16, AVX2 or portable code, chosen by the processor when the library is loaded. Results do not
depend on the number of threads.
"""

from inference.moe.kernels.cpu.library import Library
from inference.moe.kernels.cpu.packed import Format, Inputs, Packed, PackedExperts

__all__ = ["Format", "Inputs", "Library", "Packed", "PackedExperts"]
