"""The naive way to figures: the images that PyMuPDF lists, each with the nearest block of text starting with "Fig"."""

# mypy: allow-untyped-calls

from pathlib import Path

import pymupdf

from benchmarks.caption_pairing import caption_text, paired
from benchmarks.pdf_scores import FoundFigure
from s1_assets.extraction.pdf.geometry import Box


def read_pymupdf(path: Path) -> list[FoundFigure]:
    """Captions with the images near them; what is drawn in vectors is not seen."""
    found = []
    with pymupdf.open(path) as document:
        for page in document:
            captions = []
            for *sides, text, _, kind in page.get_text("blocks"):
                if kind == 0 and (caption := caption_text(text)) is not None:
                    captions.append((caption, Box(*sides)))
            places = [rect for image in page.get_images() for rect in page.get_image_rects(image[0])]
            found += paired(page.number + 1, captions, [Box(*rect) for rect in places])
    return found
