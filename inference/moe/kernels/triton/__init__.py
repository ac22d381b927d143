"""Routed experts on a GPU, in Triton: a plan made on the device, two grouped products, a sum in slot order.

    from inference.moe.kernels.triton.layer import moe
    out = moe(x, Experts(w13, w2), ids, shares)

    plan      which slots each expert computes, in blocks of one expert (no atomics, no copy to the host)
    products  the two grouped products; weights are the left operand, so that few tokens still fill the matrix units
    quantise  fp8: 128 x 128 blocks of weights, 1 x 128 of activations
    reduce    rows of slots to rows of tokens, in the order of the top-k
    tiles     which tile sizes, by a rule
    weights   what the experts are
    layer     the four launches as one call

Nothing here is imported where there is no GPU: importing a module with kernels imports Triton.
"""
