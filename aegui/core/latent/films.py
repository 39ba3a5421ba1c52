"""Write films of images: GIF, MP4 (if PyAV is installed), or all images on one PNG strip."""

from __future__ import annotations

import io
import zlib
from fractions import Fraction
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from aegui import __version__
from aegui.core.atomic import check_suffix, check_writable, write_atomically
from aegui.core.data.byte_images import to_levels
from aegui.core.data.progress import stop_if
from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.core.latent.film_spec import FEWEST_FPS, MAX_FPS, MAX_SIDE
from aegui.core.latent.sheets import fitting_scale, png_bytes
from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from numpy.typing import NDArray
    from PIL.Image import Image

    from aegui.core.data.progress import IsCancelled
    from aegui.core.latent.film_spec import FilmSpec

    Frame = NDArray[np.float32] | NDArray[np.uint8]
    Picture = NDArray[np.uint8]

FRAME_PX = 280
"""Side in pixels that small images are enlarged to in a film."""
STRIP_PX = 64
"""Side in pixels that small images are enlarged to on a strip."""
MAX_FRAMES = 2_000
STRIP_COLUMNS = 24
"""Images per row of a strip."""
SUFFIXES = (".gif", ".mp4", ".png")
LOOKED_AT = 12
"""Frames that are encoded to estimate the size of a film."""
_PALETTE_PIXELS = 1 << 18
"""About how many pixels, over all frames, determine the palette of a film."""
_COLOURS = 256


@dataclass(frozen=True)
class FilmSize:
    """Estimated size of a film."""

    frames: int
    """Number of images."""
    width: int
    """Width in pixels; for a strip that of one image."""
    height: int
    """Height in pixels, likewise."""
    seconds: float
    """Duration; 0 for a strip."""
    size: int
    """Bytes, estimated from some of its images."""


def write_film(
    path: str | os.PathLike[str],
    frames: Iterable[Frame],
    fps: float = 12.0,
    scale: int | None = None,
    *,
    side: int | None = None,
    pause: float = 0.0,
    palette: str = "frame",
    ink: bool = False,
    about: str = "",
    cancelled: IsCancelled | None = None,
) -> int:
    """Write ``frames`` one after the other to ``path``; the suffix determines the format.

    Args:
        path: ``.gif`` loops for ever, ``.mp4`` plays once, a ``.png`` shows all frames side by
            side.
        frames: Images of one size: float ``[C, H, W]`` in 0..1, C is 1 or 3, or uint8 ``[H, W,
            3]``. Consumed one at a time.
        fps: Frames per second.
        scale: Pixels of the film per pixel of a frame; None enlarges small frames.
        side: Approximate length of the longer side in pixels if ``scale`` is None: small frames are
            enlarged by a whole factor, large ones are resampled to it.
        pause: Seconds that the last frame of a GIF or an MP4 stays.
        palette: A key of ``PALETTES``, for a GIF.
        ink: Whether images of one channel are drawn dark on light; else light on dark.
        about: What the film was made from, which the file states as its comment.
        cancelled: Polled at every frame; True cancels the writing.

    Returns:
        The number of frames written.

    Raises:
        AeguiError: There are no frames, they differ in size or are too large, the suffix is
            unknown, PyAV is needed and not installed, or the file cannot be written; an existing
            file is left untouched.
        Cancelled: ``cancelled`` returned True; likewise.
    """
    check_suffix(path, SUFFIXES)
    suffix = Path(path).suffix.lower()
    if not FEWEST_FPS <= fps <= MAX_FPS:
        raise AeguiError(
            tr(
                "A film has {low:g} to {high:g} frames per second, not {fps:g}.",
                low=FEWEST_FPS,
                high=MAX_FPS,
                fps=fps,
            )
        )
    check_writable(path)
    usual = STRIP_PX if suffix == ".png" else FRAME_PX
    shown = _Frames(frames, side or usual, scale, ink, cancelled, shrinks=side is not None)
    content = _encoded(suffix, shown, fps, pause, palette, about)
    stop_if(cancelled)
    write_atomically(path, content)
    return shown.count


def film_size(
    frames: Sequence[Frame],
    total: int,
    film: FilmSpec,
    *,
    scale: int | None = None,
    ink: bool = False,
    cancelled: IsCancelled | None = None,
) -> FilmSize:
    """Estimate the size of a film of ``total`` frames from the first few of ``frames``.

    From a single frame the upper bound is estimated: each frame as large as the first. ``scale``
    and ``ink`` as for ``write_film``.

    Raises:
        AeguiError: As for ``write_film``.
        Cancelled: ``cancelled`` returned True.
    """
    some = frames[:LOOKED_AT]

    shown = [*_Frames(some, film.side, scale, ink, cancelled, shrinks=True)]

    def encoded(part: Sequence[Picture]) -> int:
        return len(_encoded(f".{film.form}", part, film.fps, 0.0, film.palette))

    first = encoded(shown[:1])
    stop_if(cancelled)
    each = first if len(shown) == 1 else (encoded(shown) - first) / (len(shown) - 1)
    height, width = shown[0].shape[:2]
    seconds = 0.0 if film.form == "png" else total / film.fps + film.pause
    return FilmSize(total, width, height, seconds, round(first + max(0.0, each) * (total - 1)))


def has_mp4() -> bool:
    """Return whether MP4 can be written, which needs PyAV."""
    return find_spec("av") is not None


class _Frames:
    """The frames as images of one size, counted as they are consumed."""

    def __init__(
        self,
        frames: Iterable[Frame],
        side_px: int,
        scale: int | None,
        ink: bool,
        cancelled: IsCancelled | None,
        *,
        shrinks: bool,
    ) -> None:
        self._shrinks = shrinks
        self._frames = frames
        self._side_px = side_px
        self._scale = scale
        self._ink = ink
        self._cancelled = cancelled
        self.count = 0

    def __iter__(self) -> Iterator[Picture]:
        """Yield each frame as uint8 ``[H, W, 3]``, scaled to the size of the film."""
        first: tuple[int, ...] | None = None
        for frame in self._frames:
            stop_if(self._cancelled)
            levels = _levels(frame, self._ink)
            first = levels.shape if first is None else first
            if levels.shape != first or self.count >= MAX_FRAMES:
                raise AeguiError(
                    tr("A film needs frames of one size, {most:,} at most.", most=MAX_FRAMES)
                )
            if self._scale is None and self._shrinks and max(levels.shape) > self._side_px:
                self.count += 1
                yield _shrunk(levels, self._side_px)
                continue
            scale = self._scale or fitting_scale(levels.shape[:2], self._side_px)
            if scale * max(levels.shape[:2]) > MAX_SIDE:
                raise AeguiError(
                    tr("The frames of a film are {most:,} pixels large at most.", most=MAX_SIDE)
                )
            self.count += 1
            yield levels.repeat(scale, axis=0).repeat(scale, axis=1)
        if not self.count:
            raise AeguiError(tr("There are no images to make a film of."))


def _levels(frame: Frame, ink: bool) -> Picture:
    if frame.dtype == np.uint8:
        return np.asarray(frame[..., :3], np.uint8)
    values = np.clip(np.nan_to_num(np.asarray(frame, np.float32)), 0.0, 1.0)
    if len(values) == 1:
        values = np.repeat(1.0 - values if ink else values, 3, axis=0)
    return to_levels(values.transpose(1, 2, 0))


def _shrunk(frame: Picture, side: int) -> Picture:
    from PIL import Image  # slow to import

    height, width = frame.shape[:2]
    ratio = side / max(height, width)
    size = max(1, round(width * ratio)), max(1, round(height * ratio))
    return np.asarray(Image.fromarray(frame).resize(size, Image.Resampling.BOX))


def _encoded(
    suffix: str,
    frames: Iterable[Picture],
    fps: float,
    pause: float,
    palette: str,
    about: str = "",
) -> bytes:
    if suffix == ".png":
        return _strip(frames, about)
    lasting = _with_pause(frames, round(pause * fps))
    stated = f"{about} · aegui {__version__}" if about else ""
    if suffix == ".mp4":
        return _mp4(lasting, fps, stated)
    if palette == "film":
        return _gif_of_film(lasting, fps, stated)
    return _gif(lasting, fps, _with_palette, stated)


def _with_pause(frames: Iterable[Picture], times: int) -> Iterator[Picture]:
    """Yield the frames, the last one ``times`` more: a GIF merges these into one longer frame."""
    last: list[Picture] = []
    for frame in frames:
        last = [frame]
        yield frame
    yield from last * times


def _gif(
    frames: Iterator[Picture], fps: float, coloured: Callable[[Picture], Image], stated: str
) -> bytes:
    first = coloured(next(frames))
    buffer = io.BytesIO()
    first.save(
        buffer,
        format="GIF",
        save_all=True,
        append_images=map(coloured, frames),
        duration=10 * round(100 / fps),
        loop=0,
        comment=stated.encode(),
    )
    return buffer.getvalue()


def _gif_of_film(frames: Iterator[Picture], fps: float, stated: str) -> bytes:
    """Encode a GIF with one palette for all frames, which are kept compressed until it is known."""
    from PIL import Image as Pictures  # slow to import

    packed: list[bytes] = []
    shape: tuple[int, ...] = ()
    for frame in frames:
        shape = frame.shape
        packed.append(zlib.compress(frame.tobytes(), 1))

    def unpacked() -> Iterator[Picture]:
        for part in packed:
            yield np.frombuffer(zlib.decompress(part), np.uint8).reshape(shape)

    step = max(1, len(packed) * shape[0] * shape[1] // _PALETTE_PIXELS)
    chosen = [
        frame.reshape(-1, 3)[number % step :: step] for number, frame in enumerate(unpacked())
    ]
    pixels = np.concatenate(chosen)[np.newaxis]
    palette = Pictures.fromarray(np.ascontiguousarray(pixels)).quantize(
        _COLOURS, method=Pictures.Quantize.MAXCOVERAGE
    )

    def coloured(frame: Picture) -> Image:
        if is_grey:
            return Pictures.fromarray(frame[..., 0])
        return Pictures.fromarray(frame).quantize(palette=palette, dither=Pictures.Dither.NONE)

    is_grey = all(_is_grey(frame) for frame in unpacked())
    return _gif(unpacked(), fps, coloured, stated)


def _is_grey(frame: Picture) -> bool:
    return bool((frame == frame[..., :1]).all())


def _with_palette(frame: Picture) -> Image:
    """Return ``frame`` with a palette of 256 colours: greys are exact, others approximated."""
    from PIL import Image  # slow to import

    if _is_grey(frame):
        return Image.fromarray(frame[..., 0])
    # Maximum coverage instead of median cut: the few pixels of a class keep their colour beside a
    # large background.
    return Image.fromarray(frame).quantize(
        method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE
    )


def _strip(frames: Iterable[Picture], about: str) -> bytes:
    """Return a PNG of all frames, in rows of ``STRIP_COLUMNS``, a white pixel between two."""
    from PIL import Image  # slow to import

    pictures = list(frames)
    height, width = pictures[0].shape[:2]
    across = min(STRIP_COLUMNS, len(pictures))
    down = -(-len(pictures) // across)
    sheet = np.full((down * (height + 1) - 1, across * (width + 1) - 1, 3), 255, np.uint8)
    for number, picture in enumerate(pictures):
        top, left = number // across * (height + 1), number % across * (width + 1)
        sheet[top : top + height, left : left + width] = picture
    return png_bytes(Image.fromarray(sheet), about)


def _mp4(frames: Iterator[Picture], fps: float, stated: str) -> bytes:
    try:
        # Imported by name: an optional extra that no bundle may include (GPL).
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
        if stated:
            film.metadata["comment"] = stated
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
    """Return ``frame`` padded to even sides, which yuv420p requires, by repeating its edge."""
    height, width = frame.shape[:2]
    return np.ascontiguousarray(
        np.pad(frame, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    )
