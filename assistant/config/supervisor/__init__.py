"""Starts, watches and stops everything that one machine needs: the embedded default of `make run`."""
