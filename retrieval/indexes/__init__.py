"""Nearest neighbours and their generations on disk."""
