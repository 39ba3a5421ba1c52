"""What a person sees of a set of images: its card, its samples, and how others are brought in."""
