"""How the sample pictures are drawn and saved: the same bytes on every run, without dates.

Charts and diagrams are matplotlib figures, written as vector (PDF, EPS, PS) or as pixels (PNG, JPEG);
drawn photographs are arrays of numpy, written by Pillow.
"""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Pixels = NDArray[np.float64]
Point = tuple[float, float]

INK = "#222222"
BLUE, ORANGE, GREEN, RED, PURPLE, GREY = "#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#7f7f7f"

STYLE = ["default", str(Path(__file__).with_name("samples.mplstyle"))]
DATELESS_PDF = dict.fromkeys(("CreationDate", "Creator", "Producer"))


@contextmanager
def chart(path: Path, width: float = 3.6, height: float = 2.7) -> Iterator["Axes"]:
    """One set of axes of `width` x `height` inches, saved to `path` in the format of its suffix."""
    with charts(path, width, height) as axes:
        yield axes[0]


@contextmanager
def charts(path: Path, width: float, height: float, rows: int = 1, columns: int = 1) -> Iterator[list["Axes"]]:
    """A grid of axes, row by row, in one picture of `width` x `height` inches, saved to `path`."""
    from matplotlib import style
    from matplotlib.figure import Figure

    with style.context(STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        grid = figure.subplots(rows, columns, squeeze=False)
        yield list(grid.flat)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_rendered(figure, path.suffix[1:]))


@contextmanager
def chart_pages(path: Path, pages: int, width: float = 4.4, height: float = 2.7) -> Iterator[list["Axes"]]:
    """One set of axes a page, all in one PDF."""
    from matplotlib import style
    from matplotlib.backends.backend_pdf import PdfPages
    from matplotlib.figure import Figure

    with style.context(STYLE):
        figures = [Figure(figsize=(width, height), layout="constrained") for _ in range(pages)]
        yield [figure.subplots() for figure in figures]
        path.parent.mkdir(parents=True, exist_ok=True)
        with PdfPages(path, metadata=DATELESS_PDF) as document:
            for figure in figures:
                document.savefig(figure)


def _rendered(figure: "Figure", suffix: str) -> bytes:
    """The figure in the format `suffix`, without date and version of the program."""
    metadata: dict[str, dict[str, None]] = {"pdf": DATELESS_PDF, "png": {"Software": None}}
    stream = io.BytesIO()
    figure.savefig(stream, format=suffix, metadata=metadata.get(suffix))
    if suffix in {"eps", "ps"}:  # matplotlib always dates PostScript, in two comments of the header
        return re.sub(rb"%%(Creator|CreationDate):[^\n]*\n", b"", stream.getvalue(), count=2)
    return stream.getvalue()


def diagram(axes: "Axes", width: float, height: float) -> None:
    """Turn `axes` into an empty sheet of `width` x `height` units for boxes and arrows."""
    axes.set(xlim=(0, width), ylim=(0, height), aspect="equal")
    axes.set_axis_off()


def box(axes: "Axes", centre: Point, text: str, *, colour: str = "#dbe9f6", size: Point = (2.4, 1)) -> None:
    """A rounded box of `size` around `centre`, with its text inside."""
    from matplotlib.patches import FancyBboxPatch

    corner = (centre[0] - size[0] / 2, centre[1] - size[1] / 2)
    axes.add_patch(FancyBboxPatch(corner, *size, boxstyle="round,pad=0.05", facecolor=colour, edgecolor=INK))
    axes.text(*centre, text, ha="center", va="center", fontsize=8)


def arrow(axes: "Axes", start: Point, end: Point, text: str = "", colour: str = INK) -> None:
    """An arrow from `start` to `end`, with an optional text above its middle."""
    axes.annotate("", xy=end, xytext=start, arrowprops={"arrowstyle": "-|>", "color": colour, "lw": 1.2})
    if text:
        axes.text((start[0] + end[0]) / 2, (start[1] + end[1]) / 2 + 0.12, text, ha="center", va="bottom", fontsize=7)


def pixel_grid(height: int, width: int) -> tuple[Pixels, Pixels]:
    """Row and column number of every pixel of a picture."""
    rows, columns = np.mgrid[0:height, 0:width]
    return rows.astype(np.float64), columns.astype(np.float64)


def texture(height: int, width: int, scale: float, seed: int) -> Pixels:
    """Smooth random texture in [0, 1]: white noise under a Gaussian of `scale` pixels (product of the two spectra)."""
    noise = np.random.default_rng(seed).standard_normal((height, width))
    down, across = np.fft.fftfreq(height)[:, None], np.fft.fftfreq(width)[None, :]
    smooth = np.fft.ifft2(np.fft.fft2(noise) * np.exp(-2 * (np.pi * scale) ** 2 * (down**2 + across**2))).real
    return np.asarray((smooth - smooth.min()) / np.ptp(smooth), dtype=np.float64)


def spot(shape: tuple[int, int], centre: Point, radius: float) -> Pixels:
    """A round Gaussian spot of height 1 and standard deviation `radius` pixels around (row, column) `centre`."""
    rows, columns = pixel_grid(*shape)
    return np.asarray(np.exp(-((rows - centre[0]) ** 2 + (columns - centre[1]) ** 2) / (2 * radius**2)))


def tinted(grey: Pixels, colour: tuple[float, float, float]) -> Pixels:
    """A grey picture times one RGB colour."""
    return np.asarray(grey[..., None] * np.asarray(colour))


def lettered(pixels: Pixels, corner: Point, text: str, *, size: int = 18, shade: float = 1.0) -> Pixels:
    """The picture with `text` written from (row, column) `corner` on, in one shade from 0 (black) to 1 (white)."""
    from matplotlib import get_data_path
    from PIL import Image, ImageDraw, ImageFont

    mask = Image.new("L", (pixels.shape[1], pixels.shape[0]))
    font = ImageFont.truetype(Path(get_data_path(), "fonts/ttf/DejaVuSans.ttf"), size)
    ImageDraw.Draw(mask).text((corner[1], corner[0]), text, fill=255, font=font)
    cover = np.asarray(mask, dtype=np.float64) / 255
    if pixels.ndim == 3:
        cover = cover[..., None]
    return np.asarray(pixels * (1 - cover) + shade * cover)


def save_pixels(path: Path, pixels: Pixels, mode: str = "") -> None:
    """Write pixels in [0, 1], grey (rows, columns) or colour (rows, columns, 3 or 4), as PNG or JPEG.

    `mode` is the Pillow mode to store: "" for what the array is (L, RGB, RGBA), or "I;16", "P", "CMYK".
    """
    from PIL import Image

    clipped = np.clip(pixels, 0, 1)
    if mode == "I;16":
        image = Image.fromarray((clipped * 65535).astype(np.uint16))
    else:
        image = Image.fromarray((clipped * 255).round().astype(np.uint8))
    if mode == "P":
        image = image.quantize(32)
    elif mode == "CMYK":
        image = image.convert("CMYK")
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, quality=90)


def preview(path: Path) -> None:
    """The picture again beside itself, small and as GIF, as publishers keep it for their web pages."""
    from PIL import Image

    with Image.open(path) as image:
        image.thumbnail((200, 200))
        image.quantize(64).save(path.with_suffix(".gif"))
