"""One self-contained HTML page to look at pairs: each figure with its raw and its rewritten caption side by side.

Everything on it comes from papers and is hostile until escaped: the template escapes all text, and the page forbids
scripts and network access.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from s1_assets.pages.environment import page_environment
from s1_assets.pages.figure import paper_link, thumbnail
from s1_assets.pages.table import ReportTable
from s1_assets.publishing.record import Sample

TEMPLATES = Path(__file__).parent / "templates"


def write_report(title: str, tables: Sequence[ReportTable], samples: Iterable[Sample], path: Path) -> None:
    """Writes the page to `path`: the tables, then every sample in the given order, one image in memory at a time."""
    template = page_environment(TEMPLATES).get_template("report.html.jinja")
    with path.open("w", encoding="utf-8") as file:
        file.writelines(template.generate(title=title, tables=tables, figures=_figures(samples)))


def _figures(samples: Iterable[Sample]) -> Iterator[dict[str, Any]]:
    for record, image in samples:
        yield {
            "record": record,
            "link": paper_link(record["paper_id"]),
            "thumbnail": thumbnail(image) if image is not None else None,
        }
