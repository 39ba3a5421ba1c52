"""``aegui page``: trained maps as one HTML file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from aegui.commands.figure_files import check_suffix
from aegui.commands.opened import OpenedRun
from aegui.commands.progress import stoppable
from aegui.commands.words import say
from aegui.core.atomic import check_writable, write_atomically
from aegui.core.i18n import tr, trn
from aegui.core.web_page.document import page_html
from aegui.core.web_page.exhibit import Exhibit

if TYPE_CHECKING:
    import argparse


def page_command(options: argparse.Namespace) -> int:
    """Write the page."""
    check_suffix(options.out, (".html", ".htm"))
    check_writable(options.out)
    exhibits = [_exhibit(OpenedRun(file, weights=options.weights)) for file in options.files]
    with stoppable() as cancelled:
        text = page_html(exhibits, options.title or "", cancelled=cancelled)
    content = text.encode()
    write_atomically(options.out, content)
    say(
        trn(
            "A page of {n} network, {size} KB, is written to {file}.",
            "A page of {n} networks, {size} KB, is written to {file}.",
            len(exhibits),
            size=round(len(content) / 1000),
            file=options.out,
        )
    )
    say(tr("Open it in any browser; it needs no connection."))
    return 0


def _exhibit(run: OpenedRun) -> Exhibit:
    return Exhibit(
        Path(run.file).stem,
        run.saved.recipe,
        run.codec,
        run.dataset,
        run.weights,
        run.saved.timeline,
        run.saved.places,
    )
