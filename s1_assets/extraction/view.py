r"""Which part of a graphic file a figure shows, from the options of \includegraphics.

The meaning of each option is that of grfguide (Carlisle, "Packages in the graphics bundle", section 4.5).
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
_LENGTH = re.compile(r"([+-]?)(\d+[.,]?\d*|[.,]\d+|(?=\\))\s*(?:true\s*)?(\\?[a-z]*)")


@dataclass(frozen=True)
class View:
    r"""What is seen of a file: one page, cut to a region, then turned by `angle` degrees counterclockwise.

    `bounding_box` is the box that replaces the file's own (bb). The four lengths of `trim` and `viewport` are as
    written, since they may be given in parts of the graphic's own \width and \height.
    """

    page: int = 1
    angle: float = 0.0
    bounding_box: Box | None = None
    trim: str | None = None
    viewport: str | None = None

    @classmethod
    def of(cls, options: Mapping[str, str]) -> Self | Reject:
        """The view that options as written ask for. A cut counts only with `clip`: without it LaTeX shows it all."""
        page = options.get("page", "1").strip("{} ")
        if not page.isdecimal() or int(page) < 1:
            return Reject(Reason.PAGE_MISSING, f"page {page!r} is not a page number")
        bounding_box = _lengths(options.get("bb"), {})
        clipped = "clip" in options and options["clip"].strip("{} ").lower() != "false"
        return cls(
            page=int(page),
            angle=_angle(options.get("angle", "0")),
            bounding_box=bounding_box if bounding_box and has_area(bounding_box) else None,
            trim=options.get("trim") if clipped else None,
            viewport=options.get("viewport") if clipped else None,
        )

    def region(self, width: float, height: float) -> Box:
        """The part to show of a graphic of `width` by `height` big points whose lower left corner is (0, 0).

        A cut that cannot be read, or that would leave nothing, leaves the graphic whole.
        """
        whole = (0.0, 0.0, width, height)
        natural = {"\\width": width, "\\height": height}
        viewport = _lengths(self.viewport, natural)
        trim = _lengths(self.trim, natural)
        if viewport is not None:
            left, bottom, right, top = viewport
        elif trim is not None:
            left, bottom, right, top = trim[0], trim[1], width - trim[2], height - trim[3]
        else:
            return whole
        shown = (max(left, 0.0), max(bottom, 0.0), min(right, width), min(top, height))
        return shown if has_area(shown) else whole


def has_area(box: Box) -> bool:
    """Whether its right and top lie beyond its left and bottom."""
    left, bottom, right, top = box
    return left < right and bottom < top


def _angle(written: str) -> float:
    match = re.fullmatch(r"[{\s]*([+-]?(?:\d+\.?\d*|\.\d+))[}\s]*", written)
    return float(match[1]) % 360 if match else 0.0


def _lengths(written: str | None, natural: Mapping[str, float]) -> Box | None:
    """Four lengths in big points, None when they cannot be read."""
    tokens = re.sub(r"[{}~]", " ", written or "").split()
    if len(tokens) != 4:
        return None
    lengths = []
    for token in tokens:
        match = _LENGTH.fullmatch(token)
        unit = (_UNITS | dict(natural)).get(match[3]) if match else None
        if match is None or unit is None:
            return None
        number = float(match[2].replace(",", ".")) if match[2] else 1.0
        lengths.append(number * unit * (-1 if match[1] == "-" else 1))
    return lengths[0], lengths[1], lengths[2], lengths[3]
