"""The open lesson, and the progress in each lesson."""
