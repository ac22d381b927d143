"""Copied experts learn a domain each: trained from files of text, measured, kept as deltas, merged into a model.

python -m inference.specialise train --model DIR --domain finance=FILE... --domain code=FILE... --into DELTAS
python -m inference.specialise evaluate --model DIR --deltas DELTAS --domain finance=FILE...
python -m inference.specialise merge --model DIR --deltas DELTAS

Branch-train-mix (Sukhbaatar et al., arXiv 2403.07816) with low-rank deltas (Hu et al., arXiv 2106.09685): attention,
norms and embeddings stay; each domain has an expert that may change, and the router learns to send it there. A domain
names its expert only where its held-out perplexity fell.
"""
