"""Passive things that paint and feel the mouse."""
