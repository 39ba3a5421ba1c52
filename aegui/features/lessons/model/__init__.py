"""Which lesson is open, and how far a person has come with each."""
