"""Datasets: glyph sets, font readers and writers, corruption."""
