"""Writing of films."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import av
import numpy as np
import pytest
from PIL import Image

from aegui import __version__
from aegui.core.errors import AeguiError, Cancelled
from aegui.core.latent import films
from aegui.core.latent.film_spec import FilmSpec
from aegui.core.latent.films import film_size, has_mp4, write_film

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


def fading(count: int = 6, channels: int = 1) -> NDArray[np.float32]:
    """Return frames of 5x4 pixels from black to white; the first pixel is always grey."""
    levels = np.linspace(0, 1, count, dtype=np.float32)
    frames = np.tile(levels[:, None, None, None], (1, channels, 5, 4))
    frames[:, 0, 0, 0] = 0.5
    return frames


def gif_frames(path: Path) -> list[NDArray[np.uint8]]:
    with Image.open(path) as film:
        found = []
        for number in range(getattr(film, "n_frames", 1)):
            film.seek(number)
            found.append(np.asarray(film.convert("RGB")))
        return found


def test_a_gif_shows_every_frame_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "film.gif"
    assert write_film(path, fading(), fps=10, scale=3) == 6
    frames = gif_frames(path)
    assert len(frames) == 6
    wanted = np.rint(fading()[:, 0] * 255).astype(np.uint8)
    for frame, levels in zip(frames, wanted, strict=True):
        assert frame.shape == (15, 12, 3)
        assert np.array_equal(frame[::3, ::3, 0], levels)
    with Image.open(path) as film:
        assert film.info["duration"] == 100
        assert film.info["loop"] == 0


def test_colours_and_ink(tmp_path: Path) -> None:
    frames = fading(3, channels=3)
    frames[:, 2] = 0.0
    write_film(tmp_path / "c.gif", frames, scale=1)
    last = gif_frames(tmp_path / "c.gif")[-1]
    assert last[2, 2].tolist() == [255, 255, 0]
    write_film(tmp_path / "i.gif", fading(2), scale=1, ink=True)
    assert gif_frames(tmp_path / "i.gif")[0][2, 2].tolist() == [255, 255, 255]


def test_pictures_of_the_window_are_taken_as_they_are(tmp_path: Path) -> None:
    pictures = np.zeros((2, 300, 400, 3), np.uint8)
    pictures[1] = 200
    write_film(tmp_path / "w.gif", iter(pictures))
    frames = gif_frames(tmp_path / "w.gif")
    assert frames[1].shape == (300, 400, 3)
    assert frames[1][0, 0].tolist() == [200, 200, 200]


def test_a_strip_has_all_frames_side_by_side(tmp_path: Path) -> None:
    assert write_film(tmp_path / "s.png", fading(30), scale=1) == 30
    strip = np.asarray(Image.open(tmp_path / "s.png").convert("L"))
    assert strip.shape == (2 * 5 + 1, 24 * 5 - 1)
    assert strip[2, 5 * 10 + 2] == round(10 / 29 * 255)


def test_an_mp4_can_be_played(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    assert has_mp4()
    assert write_film(path, fading(8), fps=12.5, scale=5) == 8
    with av.open(io.BytesIO(path.read_bytes()), mode="r") as film:
        stream = film.streams.video[0]
        assert stream.average_rate == pytest.approx(12.5)
        frames = [frame.to_ndarray(format="rgb24") for frame in film.decode(stream)]
    assert len(frames) == 8
    # An odd side gets one more row.
    assert frames[0].shape == (26, 20, 3)
    assert frames[7][20, 15] == pytest.approx([255, 255, 255], abs=6)
    assert frames[0][20, 15] == pytest.approx([0, 0, 0], abs=6)


@pytest.mark.parametrize("palette", ["frame", "film"])
def test_a_film_states_what_it_was_made_from(tmp_path: Path, palette: str) -> None:
    about = f"course · seed 3 · época 12.000 · {'a' * 300}"
    for suffix in films.SUFFIXES:
        write_film(tmp_path / f"f{suffix}", fading(3), palette=palette, about=about)
    with Image.open(tmp_path / "f.gif") as film:
        assert film.info["comment"].decode() == f"{about} · aegui {__version__}"
    with Image.open(tmp_path / "f.png") as strip:
        assert strip.info["Description"] == about
        assert strip.info["Software"] == f"aegui {__version__}"
    with av.open(str(tmp_path / "f.mp4")) as video:
        assert video.metadata["comment"] == f"{about} · aegui {__version__}"
    write_film(tmp_path / "none.gif", fading(3), palette=palette)
    with Image.open(tmp_path / "none.gif") as film:
        assert "comment" not in film.info


def test_without_its_package_mp4_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr(films, "import_module", missing)
    with pytest.raises(AeguiError, match="pip install av"):
        write_film(tmp_path / "x.mp4", fading())
    assert not list(tmp_path.iterdir())


def test_refusals_leave_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "film.gif"
    path.write_bytes(b"old")
    different = [np.zeros((1, 5, 4)), np.zeros((1, 6, 4))]
    cases: list[tuple[Any, dict[str, Any], str]] = [
        ([], {}, "no images"),
        (different, {}, "one size"),
        (fading(), {"fps": 0.0}, "1 to 50"),
        (fading(), {"scale": 2000}, "4,096"),
    ]
    for frames, options, words in cases:
        with pytest.raises(AeguiError, match=words):
            write_film(path, frames, **options)
    with pytest.raises(AeguiError, match=r"\.gif, \.mp4, \.png"):
        write_film(tmp_path / "film.avi", fading())
    with pytest.raises(AeguiError, match="could not be written"):
        write_film(tmp_path / "nowhere" / "film.gif", fading())
    with pytest.raises(Cancelled):
        write_film(path, fading(), cancelled=lambda: True)
    assert path.read_bytes() == b"old"


def test_a_gif_keeps_the_colours_of_classes_on_a_ground_of_many(tmp_path: Path) -> None:
    classes = np.array(
        [(47, 91, 208), (184, 81, 11), (11, 122, 107), (160, 44, 125), (185, 44, 44)]
    )
    noise = np.random.default_rng(0).normal(0.0, 6.0, (3, 200, 260, 3))
    y, x = np.mgrid[0:200, 0:260]
    waves = np.stack([120 + 80 * np.sin(x / 23), 150 + 60 * np.sin(y / 31), 140 + x * 0.2], axis=-1)
    pictures = np.clip(waves + noise, 0, 255).astype(np.uint8)
    for number, colour in enumerate(classes):
        pictures[:, 30 * number : 30 * number + 6, 20:26] = colour
    path = tmp_path / "classes.gif"
    write_film(path, iter(pictures), 10.0, 1)
    for picture in gif_frames(path):
        for number, colour in enumerate(classes):
            found = picture[30 * number + 3, 23].astype(int)
            assert np.abs(found - colour).max() <= 40
            assert np.abs(classes - found).sum(axis=1).argmin() == number


def test_the_last_image_stays(tmp_path: Path) -> None:
    assert write_film(tmp_path / "p.gif", fading(4), fps=10, scale=2, pause=1.5) == 4
    with Image.open(tmp_path / "p.gif") as film:
        assert film.n_frames == 4  # type: ignore[attr-defined]
        film.seek(2)
        assert film.info["duration"] == 100
        film.seek(3)
        assert film.info["duration"] == 1600
    write_film(tmp_path / "p.mp4", fading(4), fps=10, scale=5, pause=1.0)
    with av.open(str(tmp_path / "p.mp4")) as video:
        assert len(list(video.decode(video.streams.video[0]))) == 14


def test_a_palette_of_the_whole_film_is_smaller_and_nothing_flickers(tmp_path: Path) -> None:
    """A still background of many colours, and a moving spot of other colours."""
    y, x = np.mgrid[0:60, 0:80]
    ground = np.stack([2 * x, 3 * y, 120 + x], axis=-1).clip(0, 255).astype(np.uint8)
    frames = np.stack([ground] * 8)
    for number, frame in enumerate(frames):
        frame[20:40, 8 * number : 8 * number + 16] = (20 * number, 255 - 30 * number, 40)
    found = {}
    for palette in ("frame", "film"):
        path = tmp_path / f"{palette}.gif"
        assert write_film(path, iter(frames), scale=1, palette=palette) == 8
        shown = np.stack(gif_frames(path)).astype(int)
        assert np.abs(shown - frames).mean() < 12
        found[palette] = path.stat().st_size, np.abs(np.diff(shown[:, 50:], axis=0)).max()
    assert found["film"][0] < found["frame"][0]
    assert found["film"][1] == 0 < found["frame"][1]
    # Greys stay as they are.
    write_film(tmp_path / "g.gif", fading(), scale=1, palette="film")
    wanted = np.rint(fading()[:, 0] * 255).astype(np.uint8)
    assert all(
        np.array_equal(frame[..., 0], levels)
        for frame, levels in zip(gif_frames(tmp_path / "g.gif"), wanted, strict=True)
    )


def test_frames_get_the_size_that_is_asked_for(tmp_path: Path) -> None:
    write_film(tmp_path / "small.gif", fading(), side=50)
    assert gif_frames(tmp_path / "small.gif")[0].shape == (50, 40, 3)
    large = np.full((2, 300, 400, 3), 90, np.uint8)
    write_film(tmp_path / "large.gif", iter(large), side=100)
    assert gif_frames(tmp_path / "large.gif")[0].shape == (75, 100, 3)


@pytest.mark.parametrize("form", ["gif", "mp4", "png"])
def test_the_size_of_a_film_is_told_before_it_is_written(tmp_path: Path, form: str) -> None:
    noise = np.random.default_rng(0).random((40, 3, 16, 16), np.float32)
    film = FilmSpec(form=form, side=64, fps=10.0, pause=2.0)
    told = film_size([*noise], len(noise), film)
    assert (told.frames, told.width, told.height) == (40, 64, 64)
    assert told.seconds == (0.0 if form == "png" else 6.0)
    path = tmp_path / f"a.{form}"
    write_film(path, noise, film.fps, side=film.side, palette=film.palette)
    assert told.size == pytest.approx(path.stat().st_size, rel=0.35)
