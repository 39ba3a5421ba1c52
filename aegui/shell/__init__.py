"""What every feature is given by the window: its base, questions, guards, words."""
