"""What the window provides to all features: base class, dialogs, cost guard, texts."""
