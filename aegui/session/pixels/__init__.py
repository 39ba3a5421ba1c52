"""The drawing, the answers of networks to it, and studies of noise."""
