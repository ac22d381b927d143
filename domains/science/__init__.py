"""Questions about research and its literature."""
