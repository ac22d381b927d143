"""Models: where they come from (`catalog`), how they are served (`serving`) and how the house talks to them (`client`).

Nothing here knows Django or retrieval. Heavy libraries (torch, transformers, vLLM) are imported inside the function
that needs them.
"""
