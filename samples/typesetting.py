"""A PDF-only submission: an HTML page and its pictures, set on A4 by MuPDF's Story."""
# mypy: allow-untyped-calls

import io
from collections.abc import Mapping

MARGIN = 60.0


def pdf_of(files: Mapping[str, bytes]) -> bytes:
    """Typeset the one `.html` file among `files`; the others are the pictures it names.

    Source of the method: PyMuPDF documentation, "Stories".
    """
    import pymupdf

    pictures = pymupdf.Archive()
    for name, content in files.items():
        pictures.add(content, name)
    (page,) = (content.decode() for name, content in files.items() if name.endswith(".html"))
    story = pymupdf.Story(page, archive=pictures)
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
    return stream.getvalue()
