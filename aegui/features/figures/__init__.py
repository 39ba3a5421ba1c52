"""Export of figures to files and the clipboard."""

from aegui.shell.feature import FeatureSpec

FEATURES = (FeatureSpec("aegui.features.figures.feature:FiguresFeature", at_start=True),)
