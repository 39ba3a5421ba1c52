"""The widgets of the charts; free of torch."""
