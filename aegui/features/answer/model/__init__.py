"""What networks answer to a drawing, and how good that is: what is computed, without widgets."""
