"""The widgets of the lessons: the list, and one step at a time."""
