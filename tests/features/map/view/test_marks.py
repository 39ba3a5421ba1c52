from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF
from PySide6.QtGui import QFont

from aegui.features.map.view.marks import pin_tag_place, tag_rect

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication


def test_the_name_of_a_pin_at_the_edge_of_the_map_is_on_its_other_side(qapp: QApplication) -> None:
    font, at = QFont(qapp.font()), QPointF(300.0, 100.0)
    beside = tag_rect(pin_tag_place(at, "Pin 12", font, 600.0), "Pin 12", font)
    assert beside.left() > at.x()
    moved = tag_rect(pin_tag_place(at, "Pin 12", font, 310.0), "Pin 12", font)
    assert moved.right() < at.x()
    assert moved.size() == beside.size()
