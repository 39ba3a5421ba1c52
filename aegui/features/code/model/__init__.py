"""The widget-free part of the code panel: statistics and traversals."""
