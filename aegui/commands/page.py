"""``aegui page``: write trained maps as one HTML file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.commands.opened import OpenedRun, each_once
from aegui.commands.option import check_unicode
from aegui.commands.progress import stoppable
from aegui.commands.words import say, say_json
from aegui.core.atomic import check_suffix, check_writable, write_atomically
from aegui.core.data.store import megabytes
from aegui.core.i18n import tr, trn
from aegui.core.web_page.document import page_html

if TYPE_CHECKING:
    import argparse


def page_command(options: argparse.Namespace) -> int:
    """Write the page."""
    check_suffix(options.out, (".html", ".htm"))
    check_unicode("--title", options.title)
    check_writable(options.out)
    runs = [OpenedRun(file, weights=options.weights) for file in each_once(options.files)]
    for run in runs:
        run.note_decoder()
    with stoppable() as cancelled:
        text = page_html([run.exhibit for run in runs], options.title or "", cancelled=cancelled)
    content = text.encode()
    write_atomically(options.out, content)
    if options.json:
        networks = [run.about() for run in runs]
        say_json({"out": options.out, "bytes": len(content), "networks": networks})
        return 0
    say(
        trn(
            "A page of {n} network, {size}, is written to {file}.",
            "A page of {n} networks, {size}, is written to {file}.",
            len(runs),
            size=megabytes(len(content)),
            file=options.out,
        )
    )
    say(tr("Open it in any browser; it needs no connection."))
    return 0
