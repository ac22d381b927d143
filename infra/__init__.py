"""What surrounds the code: installation, locks, decisions."""
