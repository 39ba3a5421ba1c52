"""The drawing beside the nearest image that the generator can produce."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QPainter, QPen
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from aegui.core.i18n import localized, mark, tr
from aegui.kit.charts.widget_picture import offer_painted
from aegui.kit.layouts import column, held, row
from aegui.kit.marks import wrapped_label
from aegui.kit.painted import PaintedBase
from aegui.kit.speech import describe
from aegui.kit.theme import SPACING, current_theme
from aegui.session.data.image_style import GLYPHS, ImageStyle
from aegui.widgets.glyphs import draw_glyph, picture
from aegui.widgets.page import Breaking

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PySide6.QtGui import QResizeEvent

    from aegui.features.gan.model.inversion_service import NearestGenerated

_SIDE_PX = 72
_SIDE_BY_SIDE_PX = 540
_CAPTIONS = (mark("the drawing"), mark("the nearest it can draw"))


class TwoPictures(PaintedBase):
    """The target image and the image found; the second is empty until then."""

    accessible_role = QAccessible.Role.Graphic

    def __init__(self) -> None:
        super().__init__()
        self.images: tuple[NDArray[np.float32] | None, NDArray[np.float32] | None] = (None, None)
        """The images shown."""
        self._image_style = GLYPHS
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("The drawing, and the nearest image that the generator can draw"))
        self.figures = offer_painted(self, "nearest", fits=False)

    def set_images(
        self,
        target: NDArray[np.float32],
        found: NDArray[np.float32] | None,
        image_style: ImageStyle,
    ) -> None:
        """Show images ``[H, W]`` or ``[3, H, W]``."""
        self.images, self._image_style = (target, found), image_style
        self.update()

    def _across(self) -> int:
        widest = max(self.fontMetrics().horizontalAdvance(tr(text)) for text in _CAPTIONS)
        return max(_SIDE_PX, widest)

    def _image_rect(self, index: int) -> QRect:
        """Return the rectangle of the image at ``index``."""
        left = index * (self._across() + 2 * SPACING)
        return QRect(left + (self._across() - _SIDE_PX) // 2, 1, _SIDE_PX - 2, _SIDE_PX - 2)

    def copied_at(self, position: QPoint) -> QRect | None:
        """Return the rectangle of the image under ``position``, to be copied alone, or None."""
        places = (index for index in range(len(self.images)) if self.images[index] is not None)
        rects = map(self._image_rect, places)
        return next((rect for rect in rects if rect.contains(position)), None)

    def sizeHint(self) -> QSize:  # noqa: D102
        return QSize(2 * self._across() + 2 * SPACING, _SIDE_PX + self.fontMetrics().height() + 4)

    def paint(self, painter: QPainter) -> None:  # noqa: D102
        theme = current_theme()
        across = self._across()
        for index, (image, caption) in enumerate(zip(self.images, _CAPTIONS, strict=True)):
            left, rect = index * (across + 2 * SPACING), self._image_rect(index)
            if image is not None:
                rect = draw_glyph(painter, rect, picture(image, self._image_style))
            painter.setPen(QPen(theme.grid, 1))
            painter.drawRect(rect.adjusted(-1, -1, 0, 0))
            painter.setPen(theme.text_dim)
            below = QRect(left, _SIDE_PX + 2, across, self.fontMetrics().height())
            painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, tr(caption))


class NearestBox(QWidget):
    """Shows the search for the nearest image; passive but for its signal."""

    code_activated = Signal(object)
    """Go to the code float32 ``[d]`` that was found."""

    def __init__(self) -> None:
        super().__init__()
        self._found: NearestGenerated | None = None
        self.pictures = TwoPictures()
        self._words = wrapped_label("")
        self.go = QPushButton(tr("Go there"))
        self.go.setToolTip(tr("Show its code on the map"))
        self.go.clicked.connect(self._on_go_clicked)
        # Wraps below the images in a narrow panel, where the text would be one word wide.
        parts = Breaking(_SIDE_BY_SIDE_PX, shares=((0, 1), ()))
        parts.row.addWidget(self.pictures, alignment=Qt.AlignmentFlag.AlignLeft)
        parts.row.addWidget(held(column(self._words, row(self.go, 1), 1)))
        layout = column(parts)
        layout.setContentsMargins(SPACING, SPACING // 2, SPACING, 0)
        self.setLayout(layout)

    @property
    def words(self) -> str:
        """The text beside the images."""
        return self._words.text()

    def set_target(self, image: NDArray[np.float32], image_style: ImageStyle) -> None:
        """Show ``image`` as the target of the running search."""
        self._found = None
        self.pictures.set_images(image, None, image_style)
        self._say(tr("Searching for the image nearest to the drawing…"))
        self.go.setEnabled(False)

    def set_found(self, found: NearestGenerated, image_style: ImageStyle) -> None:
        """Show the result of the search."""
        self._found = found
        self.pictures.set_images(found.target, found.drawn, image_style)
        self._say(_words(found))
        self.go.setEnabled(True)

    def _say(self, words: str) -> None:
        self._words.setText(words)
        describe(self, words)
        self._fit_words()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        self._fit_words()

    def _fit_words(self) -> None:
        """Give the text its full height; the panel scrolls if there is not enough room."""
        needed = self._words.heightForWidth(self._words.width())
        self._words.setMinimumHeight(max(0, needed))

    def _on_go_clicked(self) -> None:
        if self._found is not None:
            self.code_activated.emit(self._found.inversion.z)


def _words(found: NearestGenerated) -> str:
    inversion = found.inversion
    words = tr(
        "A GAN has no encoder: this was found by gradient descent, from the best {n:,} of "
        "{drawn:,} random codes. Squared error per pixel {error}; that of a random image is "
        "{chance}.",
        n=inversion.starts,
        drawn=inversion.drawn,
        error=localized(inversion.error, ".4f"),
        chance=localized(inversion.chance, ".4f"),
    )
    if inversion.complete:
        return words
    unfinished = tr("The search did not converge in time: there may be a nearer one.")
    return f"{words} {unfinished}"
