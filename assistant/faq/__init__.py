"""Curated answers: exact look-up on folded text, then semantic look-up behind a measured threshold and guards."""
