"""What teacher mode shows: a bar that says so, and the dialog that makes a file."""
