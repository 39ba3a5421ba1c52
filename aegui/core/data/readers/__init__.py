"""Readers of glyph files: one table, chosen by what is in the file, never by its name."""

from __future__ import annotations

from aegui.core.data.readers.table import READERS, GlyphFile, Reader, read_glyphs

__all__ = ["READERS", "GlyphFile", "Reader", "read_glyphs"]
