"""The hand-in as one HTML file: all figures inline, without requests or scripts."""

from __future__ import annotations

import base64
from html import escape
from typing import TYPE_CHECKING

from aegui import __version__
from aegui.core.i18n import language, tr
from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

# The figures are as on paper, on white also in a dark page.
_STYLE = """
:root { color-scheme: light dark; --ink: #1b1f26; --page: #fff; --line: #d4dae2; --dim: #5a6472; }
@media screen and (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ee; --page: #1b1f26; --line: #3c4350; --dim: #a6b0be; } }
@media print { :root { color-scheme: light; } }
body { max-width: 960px; margin: 0 auto; padding: 24px; color: var(--ink); background: var(--page);
  font: 16px/1.5 system-ui, "Segoe UI", "Noto Sans", sans-serif; }
h1 { font-size: 26px; }
h2 { font-size: 20px; margin-top: 48px; border-bottom: 1px solid var(--line); }
h3 { font-size: 17px; margin: 32px 0 8px; }
figure { margin: 0; }
img { width: 100%; height: auto; border: 1px solid var(--line); background: #fff; }
figcaption, footer { color: var(--dim); font-size: 13px; } code { overflow-wrap: anywhere; }
@media print { figure { break-inside: avoid; } h2 { break-before: page; } }
"""


@dataclass(frozen=True)
class WebFigure:
    """A figure of the page."""

    key: str
    """Its name, such as ``07-latent``."""
    section: str
    """Heading of its section."""
    finding: str
    """The finding."""
    svg: bytes
    """The figure."""
    command: str = ""
    """The command that reproduces it, or empty."""
    id: str = ""
    """Its figure id, or empty."""


def report_html(title: str, figures: Sequence[WebFigure]) -> str:
    """Return the page, with a heading for each section in the order of ``figures``."""
    parts, section = [], None
    for figure in figures:
        if figure.section != section:
            section = figure.section
            parts.append(f"<h2>{escape(section)}</h2>")
        parts.append(_figure(figure))
    policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    footer = tr("Figures made with aegui {version}.", version=__version__)
    return (
        f'<!DOCTYPE html>\n<html lang="{language()}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"<h1>{escape(title)}</h1>\n"
        + "\n".join(parts)
        + f"\n<footer><p>{escape(footer)}</p></footer>"
        "\n</body>\n</html>\n"
    )


def _figure(figure: WebFigure) -> str:
    picture = base64.b64encode(figure.svg).decode("ascii")
    lines = (figure.command, figure.id)
    again = "".join(f"<br><code>{escape(line)}</code>" for line in lines if line)
    return (
        f'<section id="{escape(figure.key)}"><h3>{escape(figure.finding)}</h3>'
        f'<figure><img alt="{escape(figure.finding)}" src="data:image/svg+xml;base64,{picture}">'
        f"<figcaption>{escape(figure.key)}{again}</figcaption></figure></section>"
    )
