"""Panels that join several views: what is selected, and other networks beside the one shown."""
