"""The widgets of the drawing panel; free of torch."""
