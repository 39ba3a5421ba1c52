"""Samples as points of a plane: found, coloured, painted as dots, images or one raster of many."""
