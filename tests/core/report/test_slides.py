"""Slides can be opened by another program's reader, with all their contents."""

from __future__ import annotations

import io
import zipfile
from xml.etree import ElementTree as ET

import numpy as np
from PIL import Image
from pptx import Presentation
from pptx.enum.shapes import PP_PLACEHOLDER

from aegui.core.report.slides import HEIGHT, WIDTH, Slide, pptx
from aegui.core.report.web import WebFigure, report_html


def png(width: int, height: int) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.zeros((height, width), np.uint8)).save(buffer, format="PNG")
    return buffer.getvalue()


SLIDES = (
    Slide("Letters", lines=("Data", "Result <&>")),
    Slide('32 of 32 "right" & <done>', png(400, 100), "seed 0", notes="aegui figure a\nid <1>"),
    Slide("Tall", png(100, 400)),
)


def test_another_reader_finds_titles_pictures_and_captions() -> None:
    read = Presentation(io.BytesIO(pptx(SLIDES, "Ours & theirs")))
    assert (read.slide_width, read.slide_height) == (WIDTH, HEIGHT)
    assert read.core_properties.title == "Ours & theirs"
    slides = list(read.slides)
    assert [slide.shapes.title.text for slide in slides] == [slide.title for slide in SLIDES]
    texts = [shape.text_frame.text for shape in slides[0].shapes if shape.has_text_frame]
    assert "Data\nResult <&>" in texts
    (picture,) = [shape for shape in slides[1].shapes if shape.shape_type == 13]
    assert picture.image.blob == SLIDES[1].picture
    assert any(
        shape.has_text_frame and shape.text_frame.text == "seed 0" for shape in slides[1].shapes
    )


def test_another_reader_finds_the_notes_of_each_slide() -> None:
    read = Presentation(io.BytesIO(pptx(SLIDES, "x")))
    notes = [slide.notes_slide for slide in read.slides]
    assert [one.notes_text_frame.text for one in notes] == [slide.notes for slide in SLIDES]
    places = [{shape.placeholder_format.type for shape in one.placeholders} for one in notes]
    assert places == 3 * [{PP_PLACEHOLDER.SLIDE_IMAGE, PP_PLACEHOLDER.BODY}]
    image, text = (read.notes_master.placeholders[at] for at in range(2))
    assert image.top + image.height < text.top
    assert text.top + text.height < WIDTH  # the height of the page of notes
    assert image.left + image.width < HEIGHT
    pictures = [shape for slide in read.slides for shape in slide.shapes if shape.shape_type == 13]
    descriptions = [one.element.nvPicPr.cNvPr.get("descr") for one in pictures]
    assert descriptions == [slide.title for slide in SLIDES[1:]]


def test_pictures_keep_their_shape_and_stay_on_the_slide() -> None:
    read = Presentation(io.BytesIO(pptx(SLIDES, "x")))
    for slide, ratio in zip(list(read.slides)[1:], (4.0, 0.25), strict=True):
        (picture,) = [shape for shape in slide.shapes if shape.shape_type == 13]
        assert abs(picture.width / picture.height / ratio - 1.0) < 0.01
        assert picture.left >= 0
        assert picture.top > slide.shapes.title.top
        assert picture.left + picture.width <= WIDTH
        assert picture.top + picture.height <= HEIGHT


def test_signs_that_xml_forbids_do_no_harm() -> None:
    content = pptx([Slide("a\x00b\x1fc")], "t\x7f")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            ET.fromstring(archive.read(name))
    assert "\x00" not in Presentation(io.BytesIO(content)).slides[0].shapes.title.text


def test_signs_that_xml_allows_are_kept() -> None:
    title = "87\u00a0% · año\u2009→\u200d \U0001f600"
    read = Presentation(io.BytesIO(pptx([Slide(title)], title)))
    assert read.slides[0].shapes.title.text == read.core_properties.title == title
    (read,) = Presentation(io.BytesIO(pptx([Slide("\ud800\ufffe")], ""))).slides
    assert read.shapes.title.text == 2 * "\N{REPLACEMENT CHARACTER}"


def test_the_same_slides_are_the_same_bytes() -> None:
    assert pptx(SLIDES, "x") == pptx(SLIDES, "x")


def test_the_page_escapes_what_it_shows_and_runs_nothing() -> None:
    hostile = "</h3><script>alert(1)</script>"
    html = report_html(hostile, [WebFigure("01-x", hostile, hostile, b"<svg/>", hostile)])
    assert "<script" not in html
    assert html.count("&lt;script&gt;") >= 4
    assert "default-src 'none'" in html
