"""Other frameworks' interfaces over ours."""
