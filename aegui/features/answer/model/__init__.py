"""Services for the networks' answers to a drawing, without widgets."""
