"""A second look at the first hits."""
