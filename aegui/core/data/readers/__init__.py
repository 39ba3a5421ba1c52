"""Readers of glyph files: one table; the reader is chosen by content, never by file name."""
