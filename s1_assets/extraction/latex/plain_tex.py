r"""Figures of plain TeX and AMS-TeX: insertions (The TeXbook, chapter 15; the guide to amsppt).

A line that begins with "Fig. 3" in an insertion is its caption; AMS-TeX has \topcaption and \botcaption.
"""

import re

from s1_assets.extraction.latex.floats import Caption, Kind
from s1_assets.extraction.latex.stomach import Environment, Handler, Reader
from s1_assets.extraction.latex.tokens import Token

_INSERTION = "@insert"  # as an environment, which \midinsert begins and \endinsert ends
_CAPTION = re.compile(
    r"\s*fig(?:ure|\.)?\s*(?P<number>[A-Z]?\d+[a-z]?)\b[\s.:)—–-]*(?P<text>.*)", re.IGNORECASE | re.DOTALL
)


def _begin(reader: Reader) -> None:
    reader.end_paragraph()
    reader.boxes.open(Kind.FIGURE)
    reader.declare_caption_type("figure")
    reader.hide_text()


def _end(reader: Reader) -> None:
    said, _ = reader.text.finish()
    has_caption = any(isinstance(placed.leaf, Caption) for placed in reader.boxes.innermost.walk())
    typed = _CAPTION.fullmatch(said)
    if typed is not None and not has_caption:
        reader.boxes.place(Caption(numbered=True, label=f"Figure {typed['number']}", text=typed["text"]))
    reader.show_text()
    reader.boxes.close()


def _caption(reader: Reader) -> None:
    r"""\botcaption{Figure 3} text \endcaption."""
    head = reader.plain(reader.gullet.argument())
    typed = _CAPTION.fullmatch(head)
    tokens: list[Token] = []
    while (token := reader.gullet.raw()) is not None and token != "\\endcaption":
        tokens.append(token)
    caption = Caption(numbered=True, label=f"Figure {typed['number']}" if typed is not None else head or None)
    reader.boxes.place(caption)
    caption.text = reader.read_around_figures(tokens).finish()[0]


def _begins(name: str) -> Handler:
    return lambda reader: reader.begin(name)


PLAIN_TEX_ENVIRONMENTS = {_INSERTION: Environment(_begin, _end)}

PLAIN_TEX_COMMANDS: dict[Token, Handler] = {
    **dict.fromkeys(("\\topinsert", "\\midinsert", "\\pageinsert"), _begins(_INSERTION)),
    "\\endinsert": lambda reader: reader.end(_INSERTION),
    "\\topcaption": _caption,
    "\\botcaption": _caption,
}
