"""Commands of the intents."""
