"""Set-up, packaging and maintenance scripts; not part of the program."""
