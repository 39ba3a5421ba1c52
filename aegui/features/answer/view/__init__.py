"""What networks answer to a drawing, and how good that is: what is painted, without torch."""
