"""What the tour shows: a card, and an outline around what it speaks of."""
