"""Code: what prints and checks it, without widgets."""
