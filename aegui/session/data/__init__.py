"""The data of the document: their sources, edits and selection."""
