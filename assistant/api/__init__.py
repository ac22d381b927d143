"""The doors: questions and their streams, the OpenAI shape, conversations, FAQ entries and documents over REST."""
