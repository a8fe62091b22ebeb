"""Figures by pymupdf4llm's layout model: its boxes of class "picture" with those of class "caption".

The model lies in the package, as ONNX; nothing is downloaded. OCR is off: all pages here have letters.
"""

# mypy: allow-untyped-calls

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.caption_pairing import caption_text, paired
from benchmarks.pdf_scores import FoundFigure
from s1_assets.extraction.pdf.geometry import Box


def read_pymupdf4llm(path: Path) -> list[FoundFigure]:
    """Captions with the pictures near them."""
    import pymupdf.layout  # has to come before pymupdf4llm, which then uses it
    import pymupdf4llm

    with pymupdf.open(path) as document:
        pages = json.loads(pymupdf4llm.to_json(document, use_ocr=False))["pages"]
    found = []
    for page in pages:
        captions = []
        for box in page["boxes"]:
            marked = box["boxclass"] != "caption"  # some captions are classed as text or headings
            if box["boxclass"] != "picture" and (caption := caption_text(_text(box), marked)) is not None:
                captions.append((caption, _box(box)))
        pictures = [_box(box) for box in page["boxes"] if box["boxclass"] == "picture"]
        found += paired(page["page_number"], captions, pictures)
    return found


def _text(box: Mapping[str, Any]) -> str:
    return " ".join(span["text"] for line in box["textlines"] or () for span in line["spans"])


def _box(box: Mapping[str, Any]) -> Box:
    return Box(box["x0"], box["y0"], box["x1"], box["y1"])
