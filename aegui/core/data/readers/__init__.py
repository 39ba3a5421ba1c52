"""Readers of glyph files: one table; the reader is chosen by content, never by file name."""

from __future__ import annotations

from aegui.core.data.readers.table import READERS, GlyphFile, Reader, read_glyphs

__all__ = ["READERS", "GlyphFile", "Reader", "read_glyphs"]
