"""The drawing, the network's answer to it, the reconstructions, and choosing characters."""
