"""The list of the lessons, and one step at a time."""
