"""Time and ownership: the open document, the training thread, decoding, undo, settings."""
