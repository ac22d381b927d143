"""llama.cpp on a GGUF file: run by `benchmarks.llamacpp` in llama.cpp's own environment.

    python llamacpp_child.py MODEL.gguf THREADS PROMPT_FILE TOKENS REPEATS

Prints JSON: versions, what it was compiled for, prefill tokens a second and the seconds to a first token of the prompt,
and decode tokens a second after it. Each is a median; nothing is kept between two prompts.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from pathlib import Path


def main() -> None:
    """Load, warm up, measure, print."""
    import llama_cpp

    model, threads, prompt, tokens, repeats = sys.argv[1:]
    llm = llama_cpp.Llama(
        model_path=model, n_ctx=2048, n_threads=int(threads), n_threads_batch=int(threads), verbose=False
    )
    words = llm.tokenize(Path(prompt).read_text(encoding="utf-8").encode())
    firsts, rates = [], []
    for number in range(int(repeats) + 1):
        llm.reset()
        began = time.perf_counter()
        llm.eval(words)
        token = llm.sample(temp=0.0)
        first = time.perf_counter()
        for _ in range(int(tokens)):
            llm.eval([token])
            token = llm.sample(temp=0.0)
        if number:  # the first reserves memory and reads the file
            firsts.append(first - began)
            rates.append(int(tokens) / (time.perf_counter() - first))
    found = {
        "version": llama_cpp.__version__,
        "built_for": llama_cpp.llama_print_system_info().decode().strip(),
        "prompt_tokens": len(words),
        "first_token_seconds": statistics.median(firsts),
        "prefill_tokens_per_second": len(words) / statistics.median(firsts),
        "decode_tokens_per_second": statistics.median(rates),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
