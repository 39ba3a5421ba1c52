"""The panel for making things: ways through pins, concepts, new images."""
