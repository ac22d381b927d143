"""The chat widget: its script, its tokens, its door to the pipeline, and the demo page."""
