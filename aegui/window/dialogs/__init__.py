"""What stops the person to ask: questions, files, choices."""
