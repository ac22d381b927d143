"""Writes unit tests that were executed: search and mutants in the sandbox, judgement and writing outside. No model."""
