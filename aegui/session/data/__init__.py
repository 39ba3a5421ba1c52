"""The data of the document: where they come from, edits, what is selected in them."""
