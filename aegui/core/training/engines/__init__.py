"""What does steps: generated programs, populations, autograd; ``choice.py`` says which."""
