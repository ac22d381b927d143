"""Expert parallelism: experts live on several ranks, tokens travel to them and back.

    placement   which rank holds which expert, replicas included
    split       which replica computes a token's slot
    group       the ranks that speak with each other; every exchange has a deadline
    dispatch    rows to the ranks that hold their experts, each row once a rank
    combine     the experts' rows back, summed in slot order at their source
    layer       the four as one layer
    balance     a placement from observed load, and how even it is
    rebalance   another placement that is even and moves few experts
    migrate     from one placement to another while the layer keeps working

With the exact combine the result is bit-identical for every number of ranks and every placement, as long as the
experts' kernel computes a row the same whatever other rows it is given.
"""
