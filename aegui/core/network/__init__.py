"""Network and layer specifications, and the tables of choices."""
