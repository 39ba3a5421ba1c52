"""The widgets of the gallery."""
