"""Comparison of published figures with those reached on this machine."""
