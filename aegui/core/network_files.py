"""Export of a trained network for other programs: ONNX, or its weights as safetensors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.atomic import write_atomically
from aegui.core.data.dataset import Dataset
from aegui.core.errors import AeguiError
from aegui.core.evaluation.wrong_pixels import THRESHOLD
from aegui.core.i18n import tr
from aegui.core.onnx.model import onnx_bytes
from aegui.core.run_file.tensor_bytes import packed
from aegui.core.source_code.state import state_dict

if TYPE_CHECKING:
    from pathlib import Path

    from aegui.core.latent.codec import Codec
    from aegui.core.onnx.model import PartKey

ONNX, WEIGHTS = ".onnx", ".safetensors"


def weights_bytes(codec: Codec) -> bytes:
    """Return all weights as safetensors, under the names of the PyTorch code's ``state_dict``."""
    layers, tensors = codec.head
    return b"".join(packed(state_dict((*codec.layers, *layers), (*codec.tensors, *tensors))))


def default_part(codec: Codec) -> PartKey:
    """Return the part that is exported by default: the whole network; of a GAN its decoder."""
    return "network" if codec.can_encode else "decoder"


def write_network(path: Path, codec: Codec, name: str, part: PartKey | None = None) -> None:
    """Write a network in the format given by the suffix of ``path``; ONNX states its ``name``.

    Raises:
        AeguiError: The suffix is unknown, there is no such part, or the file cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix == ONNX:
        data = onnx_bytes(codec, part or default_part(codec), name)
    elif suffix == WEIGHTS:
        data = weights_bytes(codec)
    else:
        known = f"{ONNX}, {WEIGHTS}"
        raise AeguiError(
            tr("{file}: the suffix must be one of {known}.", file=path.name, known=known)
        )
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


def write_parts(path: Path, codec: Codec, name: str) -> None:
    """Write a network as ONNX to ``path``, and its parts to files beside it.

    Raises:
        AeguiError: A layer cannot be exported, or a file cannot be written.
    """
    files = part_files(path, codec)
    made = {part: onnx_bytes(codec, part, name) for part in files}
    for part, file in files.items():
        write_atomically(file, made[part])


def drawn_font(codec: Codec, dataset: Dataset, name: str) -> Dataset:
    """Return the network's answers to the glyphs of ``dataset``, in black and white.

    Raises:
        AeguiError: ``dataset`` has no glyphs, or the network has no encoder.
    """
    if not dataset.is_binary or dataset.image_shape[0] != 1:
        raise AeguiError(tr("Only a network that has learnt glyphs draws a font."))
    if not codec.can_encode:
        raise AeguiError(tr("A GAN cannot draw a given character."))
    drawn = codec.reconstruct(dataset.flat()) > THRESHOLD
    images = drawn.reshape(dataset.images.shape)
    return Dataset.from_images(name, images, dataset.labels, dataset.names)
