"""Drawing on small images: shapes of cells, whole-image edits, and pixels as source code."""
