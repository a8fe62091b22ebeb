"""Papers that exist as PDF only: an HTML page and its pictures, set on A4 by MuPDF's Story."""
# mypy: allow-untyped-calls

import io
import re
from collections.abc import Mapping

MARGIN = 60.0
STYLE = ".caption { font-size: 10px; }"

# The standard security handler with the keys of no password (ISO 32000-1, section 7.6.3).
NO_KEY = b"0" * 64
LOCK = b"/ID[<00><00>]/Encrypt<</Filter/Standard/V 2/R 3/Length 128/P -4/O<" + NO_KEY + b">/U<" + NO_KEY + b">>>"


def pdf_of(files: Mapping[str, bytes]) -> bytes:
    """Typeset the one `.html` file among `files`; the others are the pictures it names, PDFs set as drawings.

    Source of the method: PyMuPDF documentation, "Stories".
    """
    import pymupdf

    pictures = pymupdf.Archive()
    for name, content in files.items():
        pictures.add(_blank(content) if name.endswith(".pdf") else content, name)
    (page,) = (content.decode() for name, content in files.items() if name.endswith(".html"))
    story = pymupdf.Story(page, user_css=STYLE, archive=pictures)
    sheet = pymupdf.paper_rect("a4")
    frame = pymupdf.Rect(MARGIN, MARGIN, sheet.width - MARGIN, sheet.height - MARGIN)
    stream = io.BytesIO()
    writer = pymupdf.DocumentWriter(stream)
    more = True
    while more:
        device = writer.begin_page(sheet)
        more, _ = story.place(frame)
        story.draw(device)
        writer.end_page()
    writer.close()
    return _with_drawings(stream.getvalue(), [files[name] for name in re.findall(r'<img src="([^"]+)"', page)])


def _blank(drawing: bytes) -> bytes:
    """A white picture of a drawing's size, to keep its place on the page."""
    import pymupdf

    with pymupdf.open(stream=drawing, filetype="pdf") as document:
        width, height = (round(side) for side in (document[0].rect.width, document[0].rect.height))
    pixels = pymupdf.Pixmap(pymupdf.csGRAY, (0, 0, width, height))
    pixels.clear_with(255)
    return bytes(pixels.tobytes())


def _with_drawings(pdf: bytes, pictures: list[bytes]) -> bytes:
    """The PDF with those `pictures` (all it shows, in order) that are PDFs themselves drawn where their blanks are."""
    import pymupdf

    with pymupdf.open(stream=pdf, filetype="pdf") as document:
        places = [(page, place) for page in document for place in page.get_image_info(xrefs=True)]
        for (page, place), picture in zip(places, pictures, strict=True):
            if picture.startswith(b"%PDF"):
                page.delete_image(place["xref"])
                page.show_pdf_page(pymupdf.Rect(place["bbox"]), pymupdf.open(stream=picture, filetype="pdf"))
        return bytes(document.tobytes(no_new_id=True))


def locked(pdf: bytes) -> bytes:
    """The PDF as one that asks for a password, which nobody knows."""
    return pdf.replace(b"trailer\n<<", b"trailer\n<<" + LOCK, 1)
