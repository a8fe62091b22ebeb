"""What can be seen on a page beside its text: connected pieces of ink."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw
from scipy import ndimage

from s1_assets.extraction.pdf.geometry import Box
from s1_assets.extraction.pdf.pages import Line, Pixels

_VISIBLE = 14  # of 255 levels by which ink differs from paper; JPEG noise stays below
_NEAR = 2.0  # points of white that one piece of ink may bridge
_RIM = 1.0  # points around letters that their antialiasing may reach
_SAMPLED = 4
_EDGE = 3  # pixels
MAX_PIECES = 300

_ACROSS = 0.6  # of a table's width or height, for a rule
_SMALLEST_TABLE = 20.0  # points
_GRID, _DENSE = 0.95, 0.5  # of a table's ink is in its rules; of its area is ink

Mask = npt.NDArray[np.bool_]


class Ink:
    """The picture of a page with its letters taken out."""

    def __init__(self, pixels: Pixels, scale: float, lines: Iterable[Line]) -> None:
        self._pixels = pixels
        self._scale = scale
        self._letters = np.zeros(pixels.shape[:2], np.bool_)
        slanted = Image.new("1", (pixels.shape[1], pixels.shape[0]))
        for line in lines:
            if line.corners:
                ImageDraw.Draw(slanted).polygon([(x * scale, y * scale) for x, y in line.corners], fill=1)
                continue
            for span in line.spans:
                if span.box.area:
                    self._letters[self._window(span.box.grown(_RIM))] = True
        self._letters |= np.asarray(slanted)

    def pieces(self, area: Box, inside: bool = False) -> list[Box]:
        """Boxes around connected ink in a part of the page.

        Its paper is the commonest colour; `inside` a box that is drawn around text, the commonest along its edge. There
        are at most MAX_PIECES: where the page shows more, what lies nearer to each other counts as connected.
        """
        window = self._window(area)
        part, letters = self._pixels[window], self._letters[window]
        if min(part.shape[:2]) < _EDGE:
            return []
        ink = _differs(part, _edge_colour(part) if inside else _paper(part, letters)) & ~letters
        near = _NEAR
        while True:
            found = self._connected(ink, near)
            if len(found) <= MAX_PIECES:
                return [self._box(rows, columns, area) for rows, columns in found]
            near *= 2

    def is_grid(self, box: Box) -> bool:
        """Whether nothing but rules, or the shading of rows and columns, is in a box: that of a table."""
        window = self._window(box)
        part, letters = self._pixels[window], self._letters[window]
        if min(part.shape[:2]) < _SMALLEST_TABLE * self._scale:
            return False
        ink = _differs(part, _paper(part, letters)) & ~letters
        if not ink.any() or ink.mean() > _DENSE:
            return False
        across = (ink | letters).mean(axis=1) > _ACROSS
        down = (ink | letters).mean(axis=0) > _ACROSS
        return bool(ink[across].sum() + ink[:, down][~across].sum() > _GRID * ink.sum())

    def _connected(self, ink: Mask, near: float) -> list[tuple[slice, slice]]:
        """Rows and columns of ink that is connected when white of so many points is bridged."""
        labels, count = ndimage.label(_spread(ink, round(near * self._scale)))
        labels[~ink] = 0
        return [(place[0], place[1]) for place in ndimage.find_objects(labels, count) if place is not None]

    def _window(self, box: Box) -> tuple[slice, slice]:
        height, width = self._pixels.shape[:2]
        x0, y0, x1, y1 = (round(side * self._scale) for side in box)
        return slice(max(y0, 0), min(max(y1, 0), height)), slice(max(x0, 0), min(max(x1, 0), width))

    def _box(self, rows: slice, columns: slice, area: Box) -> Box:
        left, top = max(area.x0, 0.0), max(area.y0, 0.0)
        scale = self._scale
        return Box(
            left + columns.start / scale, top + rows.start / scale, left + columns.stop / scale, top + rows.stop / scale
        )


def _differs(part: Pixels, paper: Pixels) -> Mask:
    """Where a colour is seen to be another than the paper's."""
    differs = np.zeros(part.shape[:2], np.bool_)
    for channel in range(part.shape[2]):
        level, usual = part[:, :, channel], int(paper[channel])
        differs |= level < usual - _VISIBLE
        differs |= level > usual + _VISIBLE
    return differs


def _spread(ink: Mask, reach: int) -> Mask:
    """The ink with all that is near it: white gaps of up to `reach` pixels closed."""
    size = reach | 1
    return np.asarray(ndimage.uniform_filter(ink.astype(np.float32), size=size) > 0.5 / size**2)


def _paper(part: Pixels, letters: Mask) -> Pixels:
    """The commonest colour of a part of the page, from every so many of its pixels."""
    sample = (slice(None, None, _SAMPLED), slice(None, None, _SAMPLED))
    colours = part[sample][~letters[sample]]
    return _commonest(colours if len(colours) else part[sample].reshape(-1, 3))


def _edge_colour(part: Pixels) -> Pixels:
    """The commonest colour along the edge of a part of the page."""
    sides = (part[:_EDGE], part[-_EDGE:], part[:, :_EDGE], part[:, -_EDGE:])
    return _commonest(np.concatenate([side.reshape(-1, 3) for side in sides]))


def _commonest(colours: Pixels) -> Pixels:
    codes = (colours >> 3).astype(np.int64) @ np.array([1 << 10, 1 << 5, 1])
    same: Pixels = colours[codes == np.bincount(codes).argmax()]
    return np.asarray(np.median(same, axis=0), np.uint8)
