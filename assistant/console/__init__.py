"""The operator's view: Django's admin with a dashboard in front, and the conversations."""
