"""Drawing on small images: shapes of cells, edits of whole images, pixels as source code."""
