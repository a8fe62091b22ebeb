"""One self-contained HTML page to look at pairs: each figure with its raw and its rewritten caption side by side.

Everything on it comes from papers and is hostile until escaped: the template escapes all text, and the page forbids
scripts and network access.
"""

import base64
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2
from PIL import Image

from s1_assets.publishing.record import Sample
from s1_assets.tables import Row

TEMPLATES = Path(__file__).parent / "templates"
THUMBNAIL_PIXELS = 480


@dataclass(frozen=True)
class ReportTable:
    """A table of the page's summary. Numbers are set right-aligned, with thousands separators."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]


def write_report(title: str, tables: Sequence[ReportTable], samples: Iterable[Sample], path: Path) -> None:
    """Writes the page to `path`: the tables, then every sample in the given order, one image in memory at a time."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = _number
    template = environment.get_template("report.html.jinja")
    with path.open("w", encoding="utf-8") as file:
        file.writelines(template.generate(title=title, tables=tables, figures=_figures(samples)))


def _figures(samples: Iterable[Sample]) -> Iterator[dict[str, Any]]:
    for record, image in samples:
        yield {
            "record": record,
            "link": _paper_link(record),
            "thumbnail": _thumbnail(image) if image is not None else None,
        }


def _paper_link(record: Row) -> str | None:
    """Where a reader finds the paper: arXiv's abstract page, or the resolver of its DOI."""
    source, _, identifier = record["paper_id"].partition(":")
    if source == "arxiv":
        return f"https://arxiv.org/abs/{quote(identifier)}"
    return f"https://doi.org/{quote(identifier)}" if identifier.startswith("10.") else None


def _thumbnail(image: bytes) -> str:
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


def _number(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)
