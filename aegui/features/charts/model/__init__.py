"""The widget-free part of the charts: the linear reference."""
