"""The mixture of experts: an oracle in plain torch, kernels, and expert parallelism.

    router -> plan (counts, stable ranks) -> dispatch -> grouped experts -> combine in slot order

`reference` says what every kernel must compute. `kernels.cpu` computes it on x86 processors, portable elsewhere.
"""
