"""The widgets of the journey panel."""
