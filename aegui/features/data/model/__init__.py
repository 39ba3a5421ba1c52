"""The widget-free part of the data panel."""
