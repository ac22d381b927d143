"""Commands of the widget."""
