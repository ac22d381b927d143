"""A question on its way to an answer: conversations, the pipeline, events, hand-over."""
