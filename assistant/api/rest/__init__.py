"""Conversations, curated answers and documents over REST: thin synchronous views over the rooms that own them."""
