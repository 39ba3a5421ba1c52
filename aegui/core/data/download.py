"""Downloading the sets of others."""

from __future__ import annotations

from aegui.core.data.published import NotDownloaded, is_available

__all__ = ["NotDownloaded", "is_available"]
