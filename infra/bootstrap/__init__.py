"""Installs what a run or the tests need; standard library only."""
