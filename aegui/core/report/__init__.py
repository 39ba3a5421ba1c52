"""A hand-in: figures and tables as slides, a document and a page of the web."""
