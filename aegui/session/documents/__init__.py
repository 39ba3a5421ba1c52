"""The open document: draft, undo history, files, and recovery copies."""
