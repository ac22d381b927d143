"""Search by words: tokens, BM25."""
