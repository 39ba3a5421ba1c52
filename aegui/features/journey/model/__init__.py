"""The widget-free part of the journey: where it begins, and how far it has come."""
