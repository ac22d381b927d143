"""Documents into passages that can be cited."""
