"""The widgets of the classifier; free of torch."""
