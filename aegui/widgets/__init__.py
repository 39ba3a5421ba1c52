"""Reusable passive widgets and painting functions, shared by the features."""
