"""Images made by a GAN, and how they are judged: what is painted, without torch."""
