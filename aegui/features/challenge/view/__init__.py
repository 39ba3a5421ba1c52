"""The widgets of challenges."""
