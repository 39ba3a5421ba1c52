"""The widgets of races."""
