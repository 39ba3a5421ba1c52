"""Draw the small pictures of data sets: one sample of each set that does not consist of glyphs.

Run it after downloading the sets: ``python -m installer.set_pictures``.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from aegui.core.data.load import load_dataset
from aegui.core.data.select import search

TARGET = Path(__file__).resolve().parent.parent / "resources" / "pictures"
SAMPLES = {
    "emoji": "grinning face",
    "emoji-kinds": "red heart",
    "digits": "0",
    "mnist": "5",
    "mnist-test": "7",
    "fashion": "sneaker",
    "fashion-test": "coat",
}
"""Name of the sample that represents each set."""


def main() -> None:
    """Write ``resources/pictures/<set>.png``, each in the size of its samples."""
    TARGET.mkdir(exist_ok=True)
    for name, title in SAMPLES.items():
        dataset = load_dataset(name)
        index = int(search(dataset, title)[0])
        levels = np.rint(dataset.images[index] * 255.0).astype(np.uint8)
        picture = levels[0] if len(levels) == 1 else levels.transpose(1, 2, 0)
        Image.fromarray(picture).save(TARGET / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
