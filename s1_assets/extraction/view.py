r"""Which part of a graphic file a figure shows, from the options of \includegraphics.

The meaning of each option is that of grfguide (Carlisle, "Packages in the graphics bundle", section 4.5), and of the
adjustbox package (Scharrer, "The adjustbox Package", sections 4.3 and 5.1) where it says more.
Boxes are (left, bottom, right, top) in big points (1/72 inch).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from s1_assets.rejects import Reason, Reject

Box = tuple[float, float, float, float]

_POINT = 72 / 72.27  # a TeX point in big points
_DIDOT = 1238 / 1157 * _POINT
_UNITS = {
    "": 1.0,
    "bp": 1.0,
    "px": 1.0,
    "pt": _POINT,
    "pc": 12 * _POINT,
    "in": 72.0,
    "cm": 72 / 2.54,
    "mm": 72 / 25.4,
    "dd": _DIDOT,
    "cc": 12 * _DIDOT,
    "sp": _POINT / 65536,
    "em": 10 * _POINT,  # of the 10 point Computer Modern, the font being unknown here
    "ex": 4.3 * _POINT,
}
_LENGTH = re.compile(r"\{[^{}]*\}|[^\s{}~]+")
_TERM = re.compile(r"([+-]?)(\d+[.,]?\d*|[.,]\d+|(?=\\))\*?(?:true)?(\\?[A-Za-z]*)")
_NO_LENGTH = re.compile(r"[{}\s]|\\(?:dimexpr|glueexpr|relax)(?![A-Za-z])")
# For a list of one or two lengths, which of them each side takes: all one, or horizontal and vertical.
_SIDES = {1: (0, 0, 0, 0), 2: (0, 1, 0, 1), 4: (0, 1, 2, 3)}


@dataclass(frozen=True)
class View:
    r"""What is seen of a file: one page, cut to a region, then turned, then mirrored.

    `angle` is in degrees counterclockwise; `reflected` swaps left and right. `page_box` names the box of a PDF page
    that counts as the page. `bounding_box` is the box that replaces the file's own (bb). `clipped` says that nothing
    outside the graphic's box, or outside the cut, is shown. The lengths of `trim` and `viewport` are as written, since
    they may be given in parts of the graphic's own \width and \height.
    """

    page: int = 1
    angle: float = 0.0
    reflected: bool = False
    page_box: str = "cropbox"
    bounding_box: Box | None = None
    clipped: bool = False
    trim: str | None = None
    viewport: str | None = None

    @classmethod
    def of(cls, options: Mapping[str, str]) -> Self | Reject:
        """The view that options as written ask for. A cut counts only with `clip`: without it LaTeX shows it all."""
        page = options.get("page", "1").strip("{} ")
        if not page.isdecimal() or int(page) < 1:
            return Reject(Reason.PAGE_MISSING, f"page {page!r} is not a page number")
        bounding_box = _sides(options.get("bb"), {})
        clipped = _is_set(options, "clip")
        half_turn = 180 if options.get("scale", "").lstrip("{ ").startswith("-") else 0
        return cls(
            page=int(page),
            angle=(_angle(options.get("angle", "0")) + half_turn) % 360,
            reflected=_is_set(options, "reflect"),
            page_box=options.get("pagebox", "cropbox").strip("{} "),
            bounding_box=bounding_box if bounding_box and has_area(bounding_box) else None,
            clipped=clipped,
            trim=options.get("trim") if clipped else None,
            viewport=options.get("viewport") if clipped else None,
        )

    def region(self, width: float, height: float, beyond: float = 0.0) -> Box:
        """The part to show of a graphic of `width` by `height` big points whose lower left corner is (0, 0).

        `beyond` is how far a cut may reach out of the graphic on each side. A cut that cannot be read, or that would
        leave nothing, leaves the graphic whole.
        """
        whole = (0.0, 0.0, width, height)
        natural = {"\\width": width, "\\height": height, "\\totalheight": height, "\\depth": 0.0}
        viewport = _sides(self.viewport, natural)
        trim = _sides(self.trim, natural)
        if viewport is not None:
            left, bottom, right, top = viewport
        elif trim is not None:
            left, bottom, right, top = trim[0], trim[1], width - trim[2], height - trim[3]
        else:
            return whole
        shown = (max(left, -beyond), max(bottom, -beyond), min(right, width + beyond), min(top, height + beyond))
        return shown if has_area(shown) else whole


def has_area(box: Box) -> bool:
    """Whether its right and top lie beyond its left and bottom."""
    left, bottom, right, top = box
    return left < right and bottom < top


def _is_set(options: Mapping[str, str], key: str) -> bool:
    return key in options and options[key].strip("{} ").lower() != "false"


def _angle(written: str) -> float:
    match = re.fullmatch(r"[{\s]*([+-]?(?:\d+\.?\d*|\.\d+))[}\s]*", written)
    return float(match[1]) % 360 if match else 0.0


def _sides(written: str | None, natural: Mapping[str, float]) -> Box | None:
    """The lengths of left, bottom, right and top in big points, None when they cannot be read."""
    lengths = [_length(part, natural) for part in _LENGTH.findall(written or "")]
    chosen = [lengths[side] for side in _SIDES.get(len(lengths), ())]
    if not chosen or None in chosen:
        return None
    left, bottom, right, top = (length for length in chosen if length is not None)
    return left, bottom, right, top


def _length(written: str, natural: Mapping[str, float]) -> float | None:
    r"""A sum such as `.5\width-3mm` in big points."""
    terms = _NO_LENGTH.sub("", written)
    total, end = 0.0, 0
    while end < len(terms):
        match = _TERM.match(terms, end)
        unit = (_UNITS | dict(natural)).get(match[3]) if match else None
        if match is None or unit is None or (end and not match[1]):
            return None
        number = float(match[2].replace(",", ".")) if match[2] else 1.0
        total += number * unit * (-1 if match[1] == "-" else 1)
        end = match.end()
    return total if terms else None
