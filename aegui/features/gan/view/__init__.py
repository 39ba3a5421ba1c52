"""The widgets of the panel of new images; free of torch."""
