"""The widgets of the code panel; free of torch."""
