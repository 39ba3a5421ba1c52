"""The widget-free part of the panel of new images."""
