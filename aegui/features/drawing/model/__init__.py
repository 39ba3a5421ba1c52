"""The widget-free part of the drawing panel: noise sheets and edits of the set."""
