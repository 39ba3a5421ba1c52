"""Fields of a form."""
