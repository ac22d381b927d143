"""Processes that ask while another one edits."""
