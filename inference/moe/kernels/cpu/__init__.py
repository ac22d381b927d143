"""Experts and linear layers on a CPU, in C++ behind a plain C interface: bf16, int8 and int4 weights.

    kernel = Library.load(build.library(cache))
    packed = kernel.pack(weight, Format.INT4)
    out = kernel.linear(x, packed)

AMX, AVX-512 VNNI/BF16, AVX2 or portable code, chosen by the processor when the library is loaded. Results do not
depend on the number of threads. `build` needs no torch, `library` does.
"""
