"""Money: every number in an answer stands in its sources or in the question."""
