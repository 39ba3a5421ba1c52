"""Set-up, packaging and upkeep of the program; not part of it."""
