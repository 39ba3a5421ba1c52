"""Figures for reports: drawn in points on paper, written as PNG, SVG and PDF."""
