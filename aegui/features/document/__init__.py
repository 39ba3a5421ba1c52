"""Opening, saving, recovering."""
