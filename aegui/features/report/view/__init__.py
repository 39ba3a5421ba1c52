"""The dialog of the hand-in."""
