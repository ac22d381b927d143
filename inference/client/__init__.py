"""The chat model as the rest of the house sees it: typed requests in, deltas out, the OpenAI protocol between."""
