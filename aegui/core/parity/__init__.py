"""Published figures beside those of this machine: what is compared, and what has been reached."""
