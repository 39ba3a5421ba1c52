"""Films of images: GIF, MP4 (where PyAV is installed), or all images on one PNG strip."""

from __future__ import annotations

import io
from fractions import Fraction
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from aegui.core.atomic import check_writable, write_atomically
from aegui.core.data.progress import stop_if
from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.core.latent.sheets import fitting_scale
from aegui.core.run_file.thumbnail import sheet_png

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray
    from PIL.Image import Image

    from aegui.core.data.progress import IsCancelled

    Picture = NDArray[np.uint8]

FRAME_PX = 280
"""Side that small images get in a film."""
STRIP_PX = 64
"""Side that they get on a strip."""
FEWEST_FPS, MOST_FPS = 1.0, 50.0
"""What readers of GIF can show: they count in hundredths of a second."""
MOST_FRAMES = 2_000
MOST_SIDE = 4096
STRIP_COLUMNS = 24
"""Images of a strip in a row."""
SUFFIXES = (".gif", ".mp4", ".png")


def write_film(
    path: str | os.PathLike[str],
    frames: Iterable[NDArray[np.float32] | NDArray[np.uint8]],
    fps: float = 12.0,
    scale: int | None = None,
    *,
    ink: bool = False,
    cancelled: IsCancelled | None = None,
) -> int:
    """Write ``frames`` one after the other to ``path``, whose suffix tells the kind of file.

    Args:
        path: ``.gif`` plays for ever, ``.mp4`` once, a ``.png`` shows all frames side by side.
        frames: Images of one size: float ``[C, H, W]`` in 0..1, C is 1 or 3, or uint8
            ``[H, W, 3]``. They are taken one at a time.
        fps: Frames per second.
        scale: Pixels of the film per pixel of a frame; None: small ones are enlarged.
        ink: Images of one channel are drawn dark on light; else light on dark.
        cancelled: Asked at every frame whether to stop.

    Returns:
        How many frames were written.

    Raises:
        AeguiError: There are no frames, they differ in size or are too large, the suffix is
            another one, PyAV is needed and not installed, or the file cannot be written; what was
            there before is untouched.
        Cancelled: ``cancelled`` said so; likewise.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in SUFFIXES:
        raise AeguiError(
            tr(
                "{file}: the suffix must be one of {known}.",
                file=Path(path).name,
                known=", ".join(SUFFIXES),
            )
        )
    if not FEWEST_FPS <= fps <= MOST_FPS:
        raise AeguiError(
            tr(
                "A film has {low:g} to {high:g} frames per second, not {fps:g}.",
                low=FEWEST_FPS,
                high=MOST_FPS,
                fps=fps,
            )
        )
    check_writable(path)
    side_px = STRIP_PX if suffix == ".png" else FRAME_PX
    shown = _Frames(frames, side_px, scale, ink, cancelled)
    encode = {".gif": _gif, ".mp4": _mp4, ".png": _strip}[suffix]
    content = encode(iter(shown), fps)
    stop_if(cancelled)
    write_atomically(path, content)
    return shown.count


def has_mp4() -> bool:
    """Whether MP4 can be written: PyAV is installed."""
    return find_spec("av") is not None


class _Frames:
    """The frames as pictures of one size, counted as they are taken."""

    def __init__(
        self,
        frames: Iterable[NDArray[np.float32] | NDArray[np.uint8]],
        side_px: int,
        scale: int | None,
        ink: bool,
        cancelled: IsCancelled | None,
    ) -> None:
        self._frames = frames
        self._side_px = side_px
        self._scale = scale
        self._ink = ink
        self._cancelled = cancelled
        self.count = 0

    def __iter__(self) -> Iterator[Picture]:
        """Each frame as uint8 ``[H, W, 3]``, enlarged."""
        first: tuple[int, ...] | None = None
        for frame in self._frames:
            stop_if(self._cancelled)
            levels = _levels(frame, self._ink)
            first = levels.shape if first is None else first
            if levels.shape != first or self.count >= MOST_FRAMES:
                raise AeguiError(
                    tr("A film needs frames of one size, {most:,} at most.", most=MOST_FRAMES)
                )
            scale = self._scale or fitting_scale(levels.shape[:2], self._side_px)
            if scale * max(levels.shape[:2]) > MOST_SIDE:
                raise AeguiError(
                    tr("The frames of a film are {most:,} pixels large at most.", most=MOST_SIDE)
                )
            self.count += 1
            yield levels.repeat(scale, axis=0).repeat(scale, axis=1)
        if not self.count:
            raise AeguiError(tr("There are no images to make a film of."))


def _levels(frame: NDArray[np.float32] | NDArray[np.uint8], ink: bool) -> Picture:
    if frame.dtype == np.uint8:
        return np.asarray(frame[..., :3], np.uint8)
    values = np.clip(np.nan_to_num(np.asarray(frame, np.float32)), 0.0, 1.0)
    if len(values) == 1:
        values = np.repeat(1.0 - values if ink else values, 3, axis=0)
    return np.asarray(np.rint(values.transpose(1, 2, 0) * 255), np.uint8)


def _gif(frames: Iterator[Picture], fps: float) -> bytes:
    first = _with_palette(next(frames))
    buffer = io.BytesIO()
    first.save(
        buffer,
        format="GIF",
        save_all=True,
        append_images=map(_with_palette, frames),
        duration=10 * round(100 / fps),
        loop=0,
    )
    return buffer.getvalue()


def _with_palette(frame: Picture) -> Image:
    """``frame`` in the 256 colours that a GIF has: greys exactly, others as near as may be."""
    from PIL import Image  # slow to import

    if (frame == frame[..., :1]).all():
        return Image.fromarray(frame[..., 0])
    # The palette that covers all colours, not the one that divides the most frequent: the few
    # pixels of a class keep their colour beside a large ground.
    return Image.fromarray(frame).quantize(
        method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE
    )


def _strip(frames: Iterator[Picture], _fps: float) -> bytes:
    pictures = np.stack(list(frames)).transpose(0, 3, 1, 2)
    return sheet_png(pictures.astype(np.float32) / 255, STRIP_COLUMNS, 1)


def _mp4(frames: Iterator[Picture], fps: float) -> bytes:
    try:
        # By name: an extra that the program does without, and that no bundle may hold (GPL).
        av: Any = import_module("av")
    except ImportError as error:
        raise AeguiError(
            tr(
                "MP4 needs the package av, which is not installed: install it with "
                '"pip install av", or write a .gif.'
            )
        ) from error
    buffer = io.BytesIO()
    with av.open(buffer, mode="w", format="mp4") as film:
        codec = "libx264" if "libx264" in av.codecs_available else "mpeg4"
        stream = film.add_stream(codec, rate=Fraction(fps).limit_denominator(1000))
        stream.pix_fmt = "yuv420p"
        if codec == "libx264":
            stream.options = {"crf": "18"}
        for number, frame in enumerate(frames):
            even = _even(frame)
            if not number:
                stream.height, stream.width = even.shape[:2]
            film.mux(stream.encode(av.VideoFrame.from_ndarray(even, format="rgb24")))
        film.mux(stream.encode())
    return buffer.getvalue()


def _even(frame: Picture) -> Picture:
    """``frame`` with even sides, as the codec wants them: the last row or column twice."""
    height, width = frame.shape[:2]
    return np.ascontiguousarray(
        np.pad(frame, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    )
