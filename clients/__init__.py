"""Programs that run elsewhere, beside a developer's editor. They know nothing of the house: they speak HTTP to it."""
