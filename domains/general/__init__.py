"""Questions of no special field: the company's documents where they answer, general knowledge where they do not."""
