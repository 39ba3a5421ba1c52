"""The drawing, and the outputs of networks for the drawing and for samples."""
