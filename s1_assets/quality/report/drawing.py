"""How a report's charts are drawn and saved: as SVG for a light or a dark page, as PNG on white elsewhere.

Colours are Okabe and Ito's (Color Universal Design, 2008), which colour-blind readers tell apart; raw captions are
filled and recaptions drawn as a line besides. matplotlib's pyplot, which keeps state, is not used.
"""

import base64
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

RAW, REWRITTEN = "#D98200", "#0072B2"
INK = "#33363b"  # replaced in an SVG by the colour of the reader's light or dark page
WIDTH, HEIGHT = 4.2, 2.6  # inches; 9-point letters stay readable where a phone shows it at its own width

STYLE = Path(__file__).with_name("report.mplstyle")
_LOOK = (
    "<style>svg{color:#33363b}@media(prefers-color-scheme:dark){svg{color:#d6d6d2}}"
    "text{font-family:system-ui,'Segoe UI','Noto Sans','DejaVu Sans',sans-serif!important}</style>"
)


@contextmanager
def _styled() -> Iterator[None]:
    from matplotlib import style  # here, so that loading the definitions does not wait for it

    with style.context(STYLE):
        yield


def new_axes(height: float = HEIGHT) -> "tuple[Figure, Axes]":
    """One set of axes in a figure of the report's width and `height` inches."""
    from matplotlib.figure import Figure

    with _styled():
        figure = Figure(figsize=(WIDTH, height), layout="constrained")
        figure.patch.set_alpha(0)
        axes = figure.subplots()
        axes.patch.set_alpha(0)
    return figure, axes


def svg_uri(figure: "Figure") -> str:
    """The figure as SVG in a data URI, transparent, in the ink of the page it is on."""
    buffer = io.StringIO()
    with _styled():
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    drawing = buffer.getvalue().replace(INK, "currentColor")
    start = drawing.index("<svg")
    end = drawing.index(">", start) + 1
    drawing = drawing[start:end] + _LOOK + drawing[end:]
    return "data:image/svg+xml;base64," + base64.b64encode(drawing.encode()).decode()


def png_uri(figure: "Figure") -> str:
    """The figure as PNG on white in a data URI."""
    buffer = io.BytesIO()
    with _styled():
        figure.savefig(buffer, format="png", dpi=110, facecolor="white")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def bars(labels: Sequence[str], counts: Sequence[int]) -> "Figure":
    """Horizontal bars, the first on top, each with its number."""
    figure, axes = new_axes(0.25 + 0.26 * len(labels))
    with _styled():
        drawn = axes.barh(range(len(labels)), counts, color=REWRITTEN, height=0.62)
        axes.bar_label(drawn, [f"{count:,}" for count in counts], padding=3)
        axes.set_yticks(range(len(labels)), labels)
        axes.tick_params(left=False, bottom=False, labelbottom=False)
        axes.spines[["left", "bottom"]].set_visible(False)
        axes.margins(x=0.16)  # room for the numbers
        axes.set_ylim(len(labels) - 0.5, -0.5)
    return figure
