"""Where on a page a picture stands.

Normalised cross-correlation (Lewis, "Fast Normalized Cross-Correlation", 1995) over places and sizes, coarse over the
whole page, then fine around the best places.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops
from scipy.signal import fftconvolve

from s1_assets.extraction.pdf.geometry import Box

Grey = npt.NDArray[np.float32]  # rows × columns, 0 for white to 255 for black

LEAST_CORRELATION = 0.7  # of a picture with a place that shows it

_COARSE, _FINE = 0.4, 1.25  # pixels a point
_SMALLEST, _STEP, _FINE_STEP = 0.06, 1.05, 1.005  # widths of the page; ratio of one size tried to the next
_FINE_SIZES = range(-7, 8)
_CANDIDATES = 2  # places of the coarse search that are looked at closely
_AROUND = 8.0  # points
_WHITE = 12  # levels under white that still count as white
_SMALLEST_SIDE = 4  # pixels
_LARGEST_SIDE = 1200  # pixels of a picture, more than are ever compared


@dataclass(frozen=True)
class Place:
    """A box on a page, in points from its upper left corner, and how well the picture agrees with it (at most 1)."""

    box: Box
    correlation: float


@dataclass(frozen=True, eq=False)
class View:
    """A picture and what the page shows at its place, in pixels of one size."""

    box: Box
    picture: Grey
    shown: Grey

    def correlation(self, crop: Box | None) -> float:
        """How well the picture agrees with what a crop of the page shows of it, at most 1; what is cut off is white."""
        if crop is None:
            return 0.0
        rows, columns = self.shown.shape
        across, down = columns / self.box.width, rows / self.box.height
        common = self.box.common(crop)
        inside = np.zeros_like(self.shown)
        x0, x1 = round((common.x0 - self.box.x0) * across), round((common.x1 - self.box.x0) * across)
        y0, y1 = round((common.y0 - self.box.y0) * down), round((common.y1 - self.box.y0) * down)
        if x0 < x1 and y0 < y1:
            inside[y0:y1, x0:x1] = self.shown[y0:y1, x0:x1]
        return float(_correlation(inside, self.picture)[0, 0])


@dataclass(frozen=True, eq=False)
class Trimmed:
    """A picture in grey without the white around it; `rim` is all of it, in widths and heights of what is left."""

    grey: Image.Image
    rim: Box

    def whole(self, box: Box) -> Box:
        """The box of the whole picture where that of what is left is `box`."""
        across, down = box.width, box.height
        x0, y0, x1, y1 = self.rim
        return Box(box.x0 + x0 * across, box.y0 + y0 * down, box.x0 + x1 * across, box.y0 + y1 * down)


def trimmed(picture: Image.Image) -> Trimmed:
    """A picture as `locate` wants it, no larger than need be."""
    grey = picture.convert("L")
    box = ImageChops.invert(grey).point(lambda level: 255 if level > _WHITE else 0).getbbox() or (0, 0, *grey.size)
    x0, y0, x1, y1 = box
    width, height = x1 - x0, y1 - y0
    rim = Box(-x0 / width, -y0 / height, (grey.width - x0) / width, (grey.height - y0) / height)
    inner = grey.crop(box)
    inner.thumbnail((_LARGEST_SIDE, _LARGEST_SIDE), Image.Resampling.BOX)
    return Trimmed(inner, rim)


def locate(picture: Trimmed, page: Image.Image, points: float) -> Place:
    """The place where a picture, without its rim, agrees best with a grey page that is `points` wide."""
    coarse = _grey(page, _COARSE * points / page.width)
    ordered = sorted(_best_places(picture.grey, coarse, _COARSE, _sizes(points)), key=lambda place: -place.correlation)
    found: list[Place] = []
    for place in ordered:
        x, y = place.box.middle
        if not any(abs(x - other.box.middle[0]) + abs(y - other.box.middle[1]) < _AROUND for other in found):
            found.append(place)
    fine = _grey(page, _FINE * points / page.width)
    return max(
        (_refined(picture.grey, fine, place.box) for place in found[:_CANDIDATES]),
        key=lambda place: place.correlation,
        default=Place(Box(0.0, 0.0, 0.0, 0.0), 0.0),
    )


def view(picture: Trimmed, page: Image.Image, points: float, box: Box) -> View:
    """A picture beside what stands in a box of the page that is `points` wide."""
    scale = page.width / points
    size = max(round(box.width * _FINE), 1), max(round(box.height * _FINE), 1)
    x0, y0, x1, y1 = (side * scale for side in box)
    shown = page.resize(size, Image.Resampling.BOX, (max(x0, 0), max(y0, 0), min(x1, page.width), min(y1, page.height)))
    return View(box, _dark(picture.grey.resize(size, Image.Resampling.BOX)), _dark(shown))


def _sizes(points: float) -> Iterator[float]:
    width = _SMALLEST * points
    while width < points:
        yield width
        width *= _STEP


def _refined(picture: Image.Image, page: Grey, near: Box) -> Place:
    around = near.grown(_AROUND + (_STEP - 1) * near.width, _AROUND + (_STEP - 1) * near.height)
    left, top = max(round(around.x0 * _FINE), 0), max(round(around.y0 * _FINE), 0)
    part = page[top : round(around.y1 * _FINE), left : round(around.x1 * _FINE)]
    widths = [near.width * _FINE_STEP**power for power in _FINE_SIZES]
    best = max(_best_places(picture, part, _FINE, widths), key=lambda place: place.correlation, default=None)
    if best is None:
        return Place(near, 0.0)
    x, y = left / _FINE, top / _FINE
    return Place(Box(best.box.x0 + x, best.box.y0 + y, best.box.x1 + x, best.box.y1 + y), best.correlation)


def _best_places(picture: Image.Image, page: Grey, scale: float, widths: Iterable[float]) -> Iterator[Place]:
    """The best place for each width in points that fits on the page."""
    for width in widths:
        columns, rows = round(width * scale), round(width * scale * picture.height / picture.width)
        if min(columns, rows) < _SMALLEST_SIDE or rows > page.shape[0] or columns > page.shape[1]:
            continue
        correlation = _correlation(page, _dark(picture.resize((columns, rows), Image.Resampling.BOX)))
        y, x = np.unravel_index(correlation.argmax(), correlation.shape)
        box = Box(float(x), float(y), float(x + columns), float(y + rows))
        yield Place(Box(*(side / scale for side in box)), float(correlation[y, x]))


def _correlation(page: Grey, template: Grey) -> Grey:
    """Normalised cross-correlation of the template at every place where it lies wholly on the page."""
    template = template - template.mean()
    norm = float(np.sqrt((template**2).sum()))
    products = fftconvolve(page, template[::-1, ::-1], mode="valid")
    total, squares = _window_sums(page, template.shape), _window_sums(page**2, template.shape)
    spread = np.sqrt(np.maximum(squares - total**2 / template.size, 1.0))
    correlation: Grey = np.where(spread * norm > 1.0, products / np.maximum(spread * norm, 1.0), 0.0)
    return correlation


def _window_sums(page: Grey, shape: tuple[int, ...]) -> npt.NDArray[np.float64]:
    sums = np.pad(page.astype(np.float64), ((1, 0), (1, 0))).cumsum(0).cumsum(1)
    rows, columns = shape
    result: npt.NDArray[np.float64] = (
        sums[rows:, columns:] - sums[:-rows, columns:] - sums[rows:, :-columns] + sums[:-rows, :-columns]
    )
    return result


def _grey(page: Image.Image, scale: float) -> Grey:
    return _dark(page.resize((round(page.width * scale), round(page.height * scale)), Image.Resampling.BOX))


def _dark(picture: Image.Image) -> Grey:
    return np.subtract(255, np.asarray(picture, np.float32), dtype=np.float32)
