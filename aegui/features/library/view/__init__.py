"""What was kept: a table, what is known of an entry, two beside each other, without torch."""
