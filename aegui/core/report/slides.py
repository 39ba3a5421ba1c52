"""Slides as a PPTX file (ECMA-376, Office Open XML): a title, a picture and a line on each.

Only the parts that such slides need are written: one master, one layout, pictures, text, notes.
``tests/core/report`` reads them with another library.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH, HEIGHT = 12_192_000, 6_858_000
"""16:9, in units of 1/360,000 cm."""
_MARGIN = 420_000
_TITLE = (320_000, 760_000)
"""Top and height of the title, ..."""
_CAPTION_HEIGHT = 330_000
_BODY_TOP = _TITLE[0] + _TITLE[1] + 120_000
_BODY_BOTTOM = HEIGHT - 2 * _CAPTION_HEIGHT
_NOTES_IMAGE = HEIGHT - 2 * _MARGIN, (HEIGHT - 2 * _MARGIN) * HEIGHT // WIDTH
"""Size of the image of the slide above its notes, on an upright page."""
_EPOCH = (1980, 1, 1, 0, 0, 0)
_SPACES = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_PRESENTATION = "application/vnd.openxmlformats-officedocument.presentationml"
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters outside of XML 1.0 (https://www.w3.org/TR/xml/#charsets)."""
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


@dataclass(frozen=True)
class Slide:
    """One slide."""

    title: str
    """The finding."""
    picture: bytes = b""
    """A PNG, or empty."""
    caption: str = ""
    """Text below the picture."""
    lines: tuple[str, ...] = ()
    """Text of a cover in place of a picture; or empty."""
    notes: str = ""
    """Speaker notes, or empty."""


def pptx(slides: Sequence[Slide], title: str) -> bytes:
    """Return the presentation; the same bytes for the same slides."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _parts(slides, title):
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return buffer.getvalue()


def _parts(slides: Sequence[Slide], title: str) -> list[tuple[str, str | bytes]]:
    numbers = range(1, len(slides) + 1)
    parts: list[tuple[str, str | bytes]] = [
        ("[Content_Types].xml", _content_types(len(slides))),
        (
            "_rels/.rels",
            _relations(
                (f"{_OFFICE}/officeDocument", "ppt/presentation.xml"),
                (f"{_PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
            ),
        ),
        ("docProps/core.xml", _properties(title)),
        ("ppt/presentation.xml", _presentation(len(slides))),
        (
            "ppt/_rels/presentation.xml.rels",
            _relations(
                (f"{_OFFICE}/slideMaster", "slideMasters/slideMaster1.xml"),
                (f"{_OFFICE}/theme", "theme/theme1.xml"),
                *((f"{_OFFICE}/slide", f"slides/slide{n}.xml") for n in numbers),
                (f"{_OFFICE}/notesMaster", "notesMasters/notesMaster1.xml"),
            ),
        ),
        ("ppt/theme/theme1.xml", _THEME),
        # PowerPoint repairs a file in which two masters share a theme.
        ("ppt/theme/theme2.xml", _THEME),
        ("ppt/slideMasters/slideMaster1.xml", _MASTER),
        (
            "ppt/slideMasters/_rels/slideMaster1.xml.rels",
            _relations(
                (f"{_OFFICE}/slideLayout", "../slideLayouts/slideLayout1.xml"),
                (f"{_OFFICE}/theme", "../theme/theme1.xml"),
            ),
        ),
        ("ppt/slideLayouts/slideLayout1.xml", _LAYOUT),
        (
            "ppt/slideLayouts/_rels/slideLayout1.xml.rels",
            _relations((f"{_OFFICE}/slideMaster", "../slideMasters/slideMaster1.xml")),
        ),
        ("ppt/notesMasters/notesMaster1.xml", _NOTES_MASTER),
        (
            "ppt/notesMasters/_rels/notesMaster1.xml.rels",
            _relations((f"{_OFFICE}/theme", "../theme/theme2.xml")),
        ),
    ]
    for number, slide in zip(numbers, slides, strict=True):
        used = [(f"{_OFFICE}/slideLayout", "../slideLayouts/slideLayout1.xml")]
        if slide.picture:
            used.append((f"{_OFFICE}/image", f"../media/image{number}.png"))
            parts.append((f"ppt/media/image{number}.png", slide.picture))
        used.append((f"{_OFFICE}/notesSlide", f"../notesSlides/notesSlide{number}.xml"))
        parts.append((f"ppt/slides/slide{number}.xml", _slide(slide)))
        parts.append((f"ppt/slides/_rels/slide{number}.xml.rels", _relations(*used)))
        used = [
            (f"{_OFFICE}/notesMaster", "../notesMasters/notesMaster1.xml"),
            (f"{_OFFICE}/slide", f"../slides/slide{number}.xml"),
        ]
        parts.append((f"ppt/notesSlides/notesSlide{number}.xml", _notes(slide)))
        parts.append((f"ppt/notesSlides/_rels/notesSlide{number}.xml.rels", _relations(*used)))
    return parts


def _relations(*targets: tuple[str, str]) -> str:
    rows = "".join(
        f'<Relationship Id="rId{index}" Type="{kind}" Target="{target}"/>'
        for index, (kind, target) in enumerate(targets, 1)
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{rows}</Relationships>'


def _content_types(count: int) -> str:
    numbers = range(1, count + 1)
    theme = "application/vnd.openxmlformats-officedocument.theme+xml"
    kinds = {
        "/ppt/presentation.xml": f"{_PRESENTATION}.presentation.main+xml",
        "/ppt/slideMasters/slideMaster1.xml": f"{_PRESENTATION}.slideMaster+xml",
        "/ppt/slideLayouts/slideLayout1.xml": f"{_PRESENTATION}.slideLayout+xml",
        "/ppt/notesMasters/notesMaster1.xml": f"{_PRESENTATION}.notesMaster+xml",
        "/ppt/theme/theme1.xml": theme,
        "/ppt/theme/theme2.xml": theme,
        "/docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
        **{f"/ppt/slides/slide{n}.xml": f"{_PRESENTATION}.slide+xml" for n in numbers},
        **{
            f"/ppt/notesSlides/notesSlide{n}.xml": f"{_PRESENTATION}.notesSlide+xml"
            for n in numbers
        },
    }
    rows = "".join(
        f'<Override PartName="{name}" ContentType="{kind}"/>' for name, kind in kinds.items()
    )
    relations = "application/vnd.openxmlformats-package.relationships+xml"
    return (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        f'<Default Extension="rels" ContentType="{relations}"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Default Extension="png" ContentType="image/png"/>{rows}</Types>'
    )


def _properties(title: str) -> str:
    return (
        f'{_HEAD}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{_text(title)}</dc:title></cp:coreProperties>"
    )


def _presentation(count: int) -> str:
    rows = "".join(f'<p:sldId id="{256 + index}" r:id="rId{index + 3}"/>' for index in range(count))
    return (
        f"{_HEAD}<p:presentation {_SPACES}>"
        '<p:sldMasterIdLst><p:sldMasterId id="2147483648" r:id="rId1"/></p:sldMasterIdLst>'
        f'<p:notesMasterIdLst><p:notesMasterId r:id="rId{count + 3}"/></p:notesMasterIdLst>'
        f'<p:sldIdLst>{rows}</p:sldIdLst><p:sldSz cx="{WIDTH}" cy="{HEIGHT}"/>'
        f'<p:notesSz cx="{HEIGHT}" cy="{WIDTH}"/></p:presentation>'
    )


def _slide(slide: Slide) -> str:
    shapes = []
    if slide.lines:
        # The title of the cover is larger and lower.
        top, height = 2 * _TITLE[0], 2 * _TITLE[1]
        shapes.append(_words(2, "Title", slide.title, (_MARGIN, top), height, 4000, title=True))
        corner = _MARGIN, top + height + _TITLE[0]
        text = "\n".join(slide.lines)
        shapes.append(_words(4, "Text", text, corner, _BODY_BOTTOM - corner[1], 1800))
    else:
        corner = _MARGIN, _TITLE[0]
        shapes.append(_words(2, "Title", slide.title, corner, _TITLE[1], 2400, title=True))
    if slide.picture:
        shapes.append(_picture(slide))
    if slide.caption:
        top = HEIGHT - _CAPTION_HEIGHT - 180_000
        shapes.append(_words(5, "Caption", slide.caption, (_MARGIN, top), _CAPTION_HEIGHT, 900))
    return f"{_HEAD}<p:sld {_SPACES}>{_tree(''.join(shapes))}</p:sld>"


def _tree(shapes: str) -> str:
    return (
        '<p:cSld><p:spTree><p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/>'
        f"</p:nvGrpSpPr><p:grpSpPr/>{shapes}</p:spTree></p:cSld>"
    )


def _words(
    number: int,
    name: str,
    text: str,
    corner: tuple[int, int],
    height: int,
    size: int,
    *,
    title: bool = False,
) -> str:
    kind = '<p:nvPr><p:ph type="title"/></p:nvPr>' if title else "<p:nvPr/>"
    style = f' sz="{size}"' + (' b="1"' if title else "")
    box = "<p:cNvSpPr/>" if title else '<p:cNvSpPr txBox="1"/>'
    anchor = ' anchor="ctr"' if title else ""
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="{number}" name="{name}"/>{box}{kind}</p:nvSpPr>'
        f"<p:spPr>{_box(corner, (WIDTH - 2 * _MARGIN, height))}</p:spPr>"
        f'<p:txBody><a:bodyPr wrap="square" lIns="0" tIns="0" rIns="0" bIns="0"{anchor}>'
        f"<a:normAutofit/></a:bodyPr><a:lstStyle/>{_lines(text, style)}</p:txBody></p:sp>"
    )


def _lines(text: str, style: str = "") -> str:
    return "".join(
        f'<a:p><a:r><a:rPr lang="en-US"{style}/><a:t>{_text(line)}</a:t></a:r></a:p>'
        for line in text.split("\n")
    )


def _notes(slide: Slide) -> str:
    shapes = _notes_shapes(slide.notes)
    return f"{_HEAD}<p:notes {_SPACES}>{_tree(shapes)}</p:notes>"


def _notes_shapes(text: str, image_box: str = "", text_box: str = "") -> str:
    """Return the image of the slide and its notes; without boxes they are as in the master."""
    return (
        '<p:sp><p:nvSpPr><p:cNvPr id="2" name="Slide"/><p:cNvSpPr><a:spLocks noGrp="1" noRot="1" '
        'noChangeAspect="1"/></p:cNvSpPr><p:nvPr><p:ph type="sldImg"/></p:nvPr></p:nvSpPr>'
        f"<p:spPr>{image_box}</p:spPr></p:sp>"
        '<p:sp><p:nvSpPr><p:cNvPr id="3" name="Notes"/><p:cNvSpPr><a:spLocks noGrp="1"/>'
        '</p:cNvSpPr><p:nvPr><p:ph type="body" idx="1"/></p:nvPr></p:nvSpPr>'
        f"<p:spPr>{text_box}</p:spPr><p:txBody><a:bodyPr/><a:lstStyle/>{_lines(text)}</p:txBody>"
        "</p:sp>"
    )


def _picture(slide: Slide) -> str:
    """Return the picture, fitted between title and caption and centred."""
    across, down = struct.unpack(">II", slide.picture[16:24])
    available = WIDTH - 2 * _MARGIN, _BODY_BOTTOM - _BODY_TOP
    scale = min(available[0] / across, available[1] / down)
    width, height = round(scale * across), round(scale * down)
    corner = (WIDTH - width) // 2, _BODY_TOP + (available[1] - height) // 2
    alt_text = _text(slide.title, quoted=True)
    return (
        f'<p:pic><p:nvPicPr><p:cNvPr id="3" name="Figure" descr="{alt_text}"/>'
        '<p:cNvPicPr><a:picLocks noChangeAspect="1"/></p:cNvPicPr><p:nvPr/></p:nvPicPr>'
        '<p:blipFill><a:blip r:embed="rId2"/><a:stretch><a:fillRect/></a:stretch></p:blipFill>'
        f"<p:spPr>{_box(corner, (width, height))}</p:spPr></p:pic>"
    )


def _box(corner: tuple[int, int], size: tuple[int, int]) -> str:
    return (
        f'<a:xfrm><a:off x="{corner[0]}" y="{corner[1]}"/>'
        f'<a:ext cx="{size[0]}" cy="{size[1]}"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
    )


def _text(text: str, *, quoted: bool = False) -> str:
    """Return ``text`` without the characters that XML forbids."""
    allowed = _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)
    return escape(allowed, {'"': "&quot;"} if quoted else {})


_MAP = (
    '<p:clrMap bg1="lt1" tx1="dk1" bg2="lt2" tx2="dk2" accent1="accent1" accent2="accent2" '
    'accent3="accent3" accent4="accent4" accent5="accent5" accent6="accent6" hlink="hlink" '
    'folHlink="folHlink"/>'
)
_NOTES_PLACES = _notes_shapes(
    "",
    _box((_MARGIN, _MARGIN), _NOTES_IMAGE),
    _box((_MARGIN, 2 * _MARGIN + _NOTES_IMAGE[1]), (_NOTES_IMAGE[0], WIDTH // 2)),
)
_PLACE = _words(2, "Title", "", (_MARGIN, _TITLE[0]), _TITLE[1], 2400, title=True)
_MASTER = (
    f"{_HEAD}<p:sldMaster {_SPACES}>{_tree(_PLACE)}{_MAP}"
    '<p:sldLayoutIdLst><p:sldLayoutId id="2147483649" r:id="rId1"/></p:sldLayoutIdLst>'
    "</p:sldMaster>"
)
_NOTES_MASTER = f"{_HEAD}<p:notesMaster {_SPACES}>{_tree(_NOTES_PLACES)}{_MAP}</p:notesMaster>"
_LAYOUT = f'{_HEAD}<p:sldLayout {_SPACES} type="titleOnly">{_tree(_PLACE)}</p:sldLayout>'
_COLOURS = {
    "dk1": "1B1F26",
    "lt1": "FFFFFF",
    "dk2": "33404F",
    "lt2": "F3F5F8",
    "accent1": "1C6FB8",
    "accent2": "E08A00",
    "accent3": "BD1F01",
    "accent4": "7D8C8C",
    "accent5": "832DB6",
    "accent6": "3FA7A3",
    "hlink": "1C6FB8",
    "folHlink": "832DB6",
}
_LINE = '<a:ln><a:solidFill><a:schemeClr val="phClr"/></a:solidFill></a:ln>'
_FILL = '<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>'
_FONT = '<a:latin typeface="Calibri"/><a:ea typeface=""/><a:cs typeface=""/>'
_THEME = (
    f'{_HEAD}<a:theme {_SPACES} name="aegui"><a:themeElements><a:clrScheme name="aegui">'
    + "".join(f'<a:{key}><a:srgbClr val="{value}"/></a:{key}>' for key, value in _COLOURS.items())
    + f'</a:clrScheme><a:fontScheme name="aegui"><a:majorFont>{_FONT}</a:majorFont>'
    f'<a:minorFont>{_FONT}</a:minorFont></a:fontScheme><a:fmtScheme name="aegui">'
    f"<a:fillStyleLst>{3 * _FILL}</a:fillStyleLst><a:lnStyleLst>{3 * _LINE}</a:lnStyleLst>"
    f"<a:effectStyleLst>{3 * '<a:effectStyle><a:effectLst/></a:effectStyle>'}</a:effectStyleLst>"
    f"<a:bgFillStyleLst>{3 * _FILL}</a:bgFillStyleLst></a:fmtScheme></a:themeElements></a:theme>"
)
