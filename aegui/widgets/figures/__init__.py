"""Figures for reports: laid out in points on paper, written as PNG, SVG and PDF."""
