"""Words of Qt's own dialogs that its catalogues lack: a dialog in two languages is in none."""

from __future__ import annotations

from PySide6.QtCore import QTranslator

from aegui.core.i18n import mark, tr

QT_WORDS: dict[tuple[str, str], str] = {
    ("QFileDialog", "&Look in:"): mark("&Look in:"),
    ("QFileDialog", "Files of &type:"): mark("Files of &type:"),
    ("QAbstractFileIconProvider", "Drive"): mark("Drive"),
    ("QAbstractFileIconProvider", "File"): mark("File"),
    ("QAbstractFileIconProvider", "Folder"): mark("Folder"),
    ("QAbstractFileIconProvider", "Shortcut"): mark("Shortcut"),
    ("QAbstractFileIconProvider", "Unknown"): mark("Unknown"),
}
"""Class of Qt and its English words -> ours, which are in our catalogue."""


class QtWords(QTranslator):
    """Asked for what Qt's catalogue has no words for: it is installed before all others."""

    def translate(
        self, context: str, source: str, disambiguation: str | None = None, n: int = -1
    ) -> str:
        """Our words, or those of the source where there are none: nobody is asked after it."""
        del disambiguation, n
        words = QT_WORDS.get((context, source))
        return source if words is None else tr(words)

    def isEmpty(self) -> bool:
        """It has words."""
        return False
