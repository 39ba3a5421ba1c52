"""UI building blocks independent of autoencoders: theme, layouts, labels, painted widgets."""
