"""The widget-free part of the classifier: its evaluation."""
