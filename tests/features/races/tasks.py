"""Tasks of races that finish in an instant."""

from aegui.core.data.load import load_data
from aegui.core.recipe import (
    DataSpec,
    LayerSpec,
    NetworkSpec,
    OptimizerSpec,
    Recipe,
    TrainingSpec,
)

TASK = Recipe(
    data=DataSpec(source="lowercase", chars="abc"),
    network=NetworkSpec(encoder=(LayerSpec(units=6, activation="tanh"),)),
    training=TrainingSpec(epochs=40, optimizer=OptimizerSpec(learning_rate=0.03)),
)
DATASET = load_data(TASK.data)
