"""Charts painted alike on screen and on paper: interactive, accessible, exportable."""
