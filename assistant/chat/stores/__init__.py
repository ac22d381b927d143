"""Where turns, memories and event streams are kept: Redis for now, PostgreSQL for good."""
