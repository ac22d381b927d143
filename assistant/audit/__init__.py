"""Who changed what, when and by which way in: written by the database itself, never changed afterwards."""
