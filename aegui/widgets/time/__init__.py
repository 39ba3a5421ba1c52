"""The bar under everything: which epoch the window shows."""
