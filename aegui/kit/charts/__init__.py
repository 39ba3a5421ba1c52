"""Charts: painted alike on the screen and on paper, pointed at, spoken, taken out."""
