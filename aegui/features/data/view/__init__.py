"""The widgets of the data panel; free of torch."""
