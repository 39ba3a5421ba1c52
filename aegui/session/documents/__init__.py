"""The open document: draft, undo, files, copies against a crash."""
