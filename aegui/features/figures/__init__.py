"""Pictures to take out of the window."""

from aegui.shell.feature import FeatureSpec

FEATURES = (FeatureSpec("aegui.features.figures.feature:FiguresFeature", at_start=True),)
