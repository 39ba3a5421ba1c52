"""What a classifier gets right and wrong: confusion, figures of each class, mistakes."""
