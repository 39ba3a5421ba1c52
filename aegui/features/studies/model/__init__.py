"""Studies: their runs and pictures, without widgets."""
