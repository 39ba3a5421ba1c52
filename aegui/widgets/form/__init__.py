"""Form fields and the forms generated from dataclass fields."""
