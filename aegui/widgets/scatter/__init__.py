"""Samples as points of a plane: lookup, colours, and painting as dots, images or one raster."""
