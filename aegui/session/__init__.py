"""Services that outlive a window: document, training thread, decoding, undo and settings."""
