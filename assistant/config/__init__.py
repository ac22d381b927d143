"""Settings, the environment, addresses and the supervisor: the outermost room."""
