"""Parts of a window that know nothing of autoencoders: theme, layouts, labels, painted widgets."""
