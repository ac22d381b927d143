"""Find the passages that answer a question: chunking, encoders, FAISS, BM25, fusion. Usable without Django."""
