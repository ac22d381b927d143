"""What a question is about: labelled examples, the classifier trained on them, and its out-of-scope score."""
