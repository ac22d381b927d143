"""What editors see beyond the rows: where answers come from, what is missing or doubtful, what a draft changes."""
