"""Export of a trained network for other programs: ONNX, or its weights as safetensors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui import __version__
from aegui.core.atomic import check_suffix, write_atomically
from aegui.core.data.dataset import Dataset
from aegui.core.errors import AeguiError
from aegui.core.evaluation.wrong_pixels import THRESHOLD
from aegui.core.i18n import tr
from aegui.core.onnx.model import classes_entry, onnx_bytes
from aegui.core.run_file.tensor_bytes import packed
from aegui.core.source_code.state import state_dict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from aegui.core.latent.codec import Codec
    from aegui.core.onnx.model import PartKey

ONNX, WEIGHTS = ".onnx", ".safetensors"


def weights_bytes(codec: Codec, origin: str, classes: Sequence[str] = ()) -> bytes:
    """Return all weights as safetensors, under the names of the PyTorch code's ``state_dict``.

    Its metadata state ``origin``, program and version, and of a classifier its ``classes``.
    """
    layers, tensors = codec.head
    about = {"origin": origin, "producer": f"aegui {__version__}"}
    if codec.can_classify:
        about |= classes_entry(classes)
    arrays = state_dict((*codec.layers, *layers), (*codec.tensors, *tensors))
    return b"".join(packed(arrays, about))


def default_part(codec: Codec) -> PartKey:
    """Return the part that is exported by default: the whole network; of a GAN its decoder."""
    return "network" if codec.can_encode else "decoder"


def write_network(
    path: Path,
    codec: Codec,
    origin: str,
    part: PartKey | None = None,
    classes: Sequence[str] = (),
) -> None:
    """Write a network in the format given by the suffix of ``path``.

    Args:
        path: The file.
        codec: The network.
        origin: Run, seed, epoch and data, which the file states.
        part: What of it an ONNX file holds; None selects ``default_part``.
        classes: Names of the classes in the order of a classifier's outputs.

    Raises:
        AeguiError: The suffix is unknown, there is no such part, or the file cannot be written.
    """
    check_suffix(path, (ONNX, WEIGHTS))
    if path.suffix.lower() == ONNX:
        data = onnx_bytes(codec, part or default_part(codec), origin, classes)
    else:
        data = weights_bytes(codec, origin, classes)
    write_atomically(path, data)


def part_files(path: Path, codec: Codec) -> dict[PartKey, Path]:
    """Return the ONNX files of a network: ``path`` for all of it, its parts beside it."""
    parts: list[PartKey] = []
    if codec.can_encode:
        parts += ["encoder", "decoder"]
    if codec.can_classify:
        parts.append("classifier")
    beside = {part: path.with_name(f"{path.stem}-{part}{ONNX}") for part in parts}
    return {default_part(codec): path, **beside}


def write_parts(path: Path, codec: Codec, origin: str, classes: Sequence[str] = ()) -> None:
    """Write a network as ONNX to ``path``, and its parts to files beside it.

    ``origin`` and ``classes`` as for ``write_network``.

    Raises:
        AeguiError: A layer cannot be exported, or a file cannot be written.
    """
    files = part_files(path, codec)
    contents = {part: onnx_bytes(codec, part, origin, classes) for part in files}
    for part, file in files.items():
        write_atomically(file, contents[part])


def drawn_font(codec: Codec, dataset: Dataset, name: str) -> Dataset:
    """Return the network's answers to the glyphs of ``dataset``, in black and white.

    Raises:
        AeguiError: ``dataset`` has no glyphs, or the network has no encoder.
    """
    if not dataset.is_binary:
        raise AeguiError(tr("Only a network that has learnt glyphs draws a font."))
    if not codec.can_encode:
        raise AeguiError(tr("A GAN cannot draw a given character."))
    drawn = codec.reconstruct(dataset.flat()) > THRESHOLD
    images = drawn.reshape(dataset.images.shape)
    return Dataset.from_images(name, images, dataset.labels, dataset.names)
