"""Published sets that are downloaded on request: their files, checksums, mirrors and classes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from aegui.core.choices import table
from aegui.core.data.dataset import Dataset, numbered
from aegui.core.data.idx import read_idx_images, read_idx_labels
from aegui.core.data.store import megabytes
from aegui.core.errors import ReadError
from aegui.core.i18n import mark, tr
from aegui.core.light_dataclass import dataclass
from aegui.paths import user_data_dir

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aegui.core.data.progress import IsCancelled, Report

DATA_DIR_VARIABLE = "AEGUI_DATA_DIR"
"""Environment variable that overrides the folder of downloaded sets."""


@dataclass(frozen=True)
class PublishedFile:
    """One published file: its size in bytes, and its SHA-256 in hexadecimal digits."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class PublishedSet:
    """A set that can be downloaded."""

    key: str
    """Name of its folder and of its training part; the test part is ``key-test``."""
    title: str
    """Its name, not translated."""
    files: tuple[PublishedFile, PublishedFile, PublishedFile, PublishedFile]
    """Images and labels of the training part, then of the test part."""
    mirrors: tuple[str, ...]
    """Addresses of folders that hold these files, in the order in which they are tried."""
    classes: tuple[str, ...]
    """Names of the classes of labels 0, 1, ...."""
    source: str
    """Its authors."""
    licence: str
    """Its licence."""

    @property
    def size(self) -> int:
        """Total size of all files in bytes."""
        return sum(file.size for file in self.files)


class NotDownloaded(ReadError):
    """Raised when a set is not on this computer; ``key`` is the argument for ``download``."""

    def __init__(self, key: str) -> None:
        published = PUBLISHED[key]
        super().__init__(
            tr(
                "{title} is not on this computer yet; it has to be downloaded once ({size}). "
                "Run: aegui download {key}",
                title=published.title,
                size=megabytes(published.size),
                key=key,
            )
        )
        self.key = key


_IMAGES, _LABELS = "images-idx3-ubyte.gz", "labels-idx1-ubyte.gz"
PUBLISHED: Mapping[str, PublishedSet] = table(
    PublishedSet(
        "mnist",
        "MNIST",
        (
            PublishedFile(
                f"train-{_IMAGES}",
                9_912_422,
                "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
            ),
            PublishedFile(
                f"train-{_LABELS}",
                28_881,
                "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
            ),
            PublishedFile(
                f"t10k-{_IMAGES}",
                1_648_877,
                "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
            ),
            PublishedFile(
                f"t10k-{_LABELS}",
                4_542,
                "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
            ),
        ),
        (
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
        ),
        tuple("0123456789"),
        "MNIST handwritten digits (Y. LeCun, C. Cortes, C. Burges)",
        "CC BY-SA 3.0",
    ),
    PublishedSet(
        "fashion",
        "Fashion-MNIST",
        (
            PublishedFile(
                f"train-{_IMAGES}",
                26_421_880,
                "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
            ),
            PublishedFile(
                f"train-{_LABELS}",
                29_515,
                "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
            ),
            PublishedFile(
                f"t10k-{_IMAGES}",
                4_422_102,
                "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
            ),
            PublishedFile(
                f"t10k-{_LABELS}",
                5_148,
                "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
            ),
        ),
        (
            "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        ),
        (
            mark("T-shirt/top"),
            mark("Trouser"),
            mark("Pullover"),
            mark("Dress"),
            mark("Coat"),
            mark("Sandal"),
            mark("Shirt"),
            mark("Sneaker"),
            mark("Bag"),
            mark("Ankle boot"),
        ),
        "Fashion-MNIST (Zalando SE)",
        "MIT",
    ),
)


def published_folder(key: str) -> Path:
    """Return the folder for the files of the set ``key``, which may not exist yet."""
    chosen = os.environ.get(DATA_DIR_VARIABLE)
    return (Path(chosen) if chosen else user_data_dir() / "data") / key


def is_available(key: str) -> bool:
    """Return whether all files of the set ``key`` are on this computer, in full size."""
    folder = published_folder(key)
    return all(_size(folder / file.name) == file.size for file in PUBLISHED[key].files)


def read_published(
    key: str,
    is_test: bool = False,
    report: Report | None = None,
    cancelled: IsCancelled | None = None,
) -> Dataset:
    """Read the training or the test part of the set ``key``.

    Raises:
        NotDownloaded: The set is not on this computer.
        ReadError: A file is damaged.
        Cancelled: ``cancelled`` returned true.
    """
    published = PUBLISHED[key]
    folder = published_folder(key)
    paths = [folder / file.name for file in published.files[2 * is_test :][:2]]
    if not all(path.is_file() for path in paths):
        raise NotDownloaded(key)
    images = read_idx_images(paths[0], report, cancelled)
    numbers = read_idx_labels(paths[1])
    if len(numbers) == 0 or not 0 <= numbers.min() <= numbers.max() < len(published.classes):
        raise ReadError(tr("{file}: its labels are not those of this set.", file=paths[1]))
    labels = [published.classes[number] for number in numbers.tolist()]
    return Dataset.over(
        f"{key}-test" if is_test else key,
        images,
        labels,
        numbered(labels),
        source=published.source,
        licence=published.licence,
    )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1
