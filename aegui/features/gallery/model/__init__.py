"""The widget-free part of the gallery: the contents of its cards."""
