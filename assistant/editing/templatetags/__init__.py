"""What the pages of the desk need of templates."""
