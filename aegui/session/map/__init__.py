"""What the latent map shows and makes: decoded planes, layers, paths, concepts, finds."""
