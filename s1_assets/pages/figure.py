"""How a figure is shown on a page: a small picture of it, and a link to its paper."""

import base64
import io
from urllib.parse import quote

from PIL import Image

THUMBNAIL_PIXELS = 480


def thumbnail(image: bytes) -> str:
    """The image as a JPEG of at most 480 pixels on its long side, on white, as a data URI."""
    with Image.open(io.BytesIO(image)) as picture:
        picture.draft("RGB", (THUMBNAIL_PIXELS, THUMBNAIL_PIXELS))
        small = picture.convert("RGBA")
    small.thumbnail((THUMBNAIL_PIXELS, THUMBNAIL_PIXELS))
    page = Image.new("RGB", small.size, "white")
    page.paste(small, mask=small.getchannel("A"))
    buffer = io.BytesIO()
    page.save(buffer, "JPEG", quality=82)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()


def paper_link(paper_id: str) -> str | None:
    """Where a reader finds a paper: arXiv's abstract page, or the resolver of its DOI."""
    source, _, identifier = paper_id.partition(":")
    if source == "arxiv":
        return f"https://arxiv.org/abs/{quote(identifier)}"
    return f"https://doi.org/{quote(identifier)}" if identifier.startswith("10.") else None
