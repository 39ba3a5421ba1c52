"""The widgets of the builder; free of torch."""
