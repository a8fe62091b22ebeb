"""Graphics of four coloured quadrants, on which a cut or a turn shows: red green above blue yellow."""

import io

import pymupdf
from PIL import Image

from s1_assets.extraction.images import render
from s1_assets.extraction.picture import RenderedImage
from s1_assets.rejects import Reason, Reject

COLOURS = {"R": (255, 0, 0), "G": (0, 255, 0), "B": (0, 0, 255), "Y": (255, 255, 0), "W": (255, 255, 255)}


def raster(width: int = 400, height: int = 200) -> Image.Image:
    image = Image.new("RGB", (width, height))
    for letter, x, y in (("R", 0, 0), ("G", width // 2, 0), ("B", 0, height // 2), ("Y", width // 2, height // 2)):
        image.paste(COLOURS[letter], (x, y, x + width // 2, y + height // 2))
    return image


def saved(image: Image.Image, image_format: str, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, image_format, **options)
    return stream.getvalue()


def pdf(width: float = 400, height: float = 200, *, pages: int = 1, rotation: int = 0, words: bool = False) -> bytes:
    document = pymupdf.open()
    for _ in range(pages):
        page = document.new_page(width=width, height=height)
        for letter, x, y in (("R", 0, 0), ("G", 0.5, 0), ("B", 0, 0.5), ("Y", 0.5, 0.5)):
            box = pymupdf.Rect(x * width, y * height, (x + 0.5) * width, (y + 0.5) * height)
            page.draw_rect(box, color=None, fill=[channel / 255 for channel in COLOURS[letter]])
        if words:
            for text, x, y in (("upper left", 0.1, 0.2), ("right one", 0.6, 0.2), ("below", 0.1, 0.7)):
                page.insert_text((x * width, y * height), text)
        page.set_rotation(rotation)
    return document.tobytes()


def eps(left: int = 0, bottom: int = 0, width: int = 400, height: int = 200, *, show: str = "showpage") -> bytes:
    cells = [("R", 0, 1), ("G", 1, 1), ("B", 0, 0), ("Y", 1, 0)]
    drawing = "\n".join(
        f"{' '.join(str(channel / 255) for channel in COLOURS[letter])} setrgbcolor "
        f"{left + column * width // 2} {bottom + row * height // 2} {width // 2} {height // 2} rectfill"
        for letter, column, row in cells
    )
    words = f"0 setgray /Helvetica findfont 12 scalefont setfont {left + 9} {bottom + 9} moveto (Dose 42 mg) show"
    box = f"%%BoundingBox: {left} {bottom} {left + width} {bottom + height}"
    return f"%!PS-Adobe-3.0 EPSF-3.0\n{box}\n%%EndComments\n{drawing}\n{words}\n{show}\n".encode()


def shown(content: bytes, **options: str) -> RenderedImage:
    rendered = render(content, options)
    assert isinstance(rendered, RenderedImage), rendered
    return rendered


def refused(content: bytes, **options: str) -> Reason:
    rendered = render(content, options)
    assert isinstance(rendered, Reject), rendered
    return rendered.reason


def colours(rendered: RenderedImage) -> str:
    """Letters of the colours at the middles of the four quarters: upper left, upper right, lower left, lower right."""
    return colours_of(rendered.image)


def colours_of(content: bytes) -> str:
    image = Image.open(io.BytesIO(content)).convert("RGB")
    letters = ""
    for x, y in ((0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)):
        pixel = image.getpixel((int(x * image.width), int(y * image.height)))
        letters += min(COLOURS, key=lambda letter: sum(abs(a - b) for a, b in zip(COLOURS[letter], pixel, strict=True)))
    return letters
