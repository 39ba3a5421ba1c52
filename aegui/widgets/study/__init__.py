"""The study of noise: its matrix, curves, and mistakes."""
