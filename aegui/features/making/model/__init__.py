"""Services for paths, concepts and new images, without widgets."""
