"""What every stage's asset has in common: how it is declared, and what a materialization tells the operator."""

import base64
import io
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

import dagster as dg
from PIL import Image

from resources.lake import Lake
from s1_assets.cells import Cell
from s1_assets.partitions import SOURCE_MONTH
from s1_assets.quality.report.drawing import png_uri
from s1_assets.quality.report.plots import Plot
from s1_assets.stage import Report, Stage
from s1_assets.tables import FIGURE_PAIRS, Row, Table

OWNERS = ["team:figure-captions"]
GROUP = "figure_captions"  # one group, so that the graph opens with the whole line in sight


def declaration(stage: Stage, kinds: set[str]) -> dict[str, Any]:
    """Arguments of `@dg.asset` for a stage: partitions, one run a cell, owners, and the table's columns."""
    return {
        "partitions_def": SOURCE_MONTH,
        "backfill_policy": dg.BackfillPolicy.multi_run(1),
        "group_name": GROUP,
        "kinds": kinds,
        "owners": OWNERS,
        "code_version": stage.version,
        "metadata": {"dagster/column_schema": column_schema(stage.table)},
    }


def column_schema(table: Table) -> dg.TableSchema:
    """A table's columns as the UI shows them."""
    return dg.TableSchema(columns=[dg.TableColumn(name, kind, meaning) for name, kind, meaning in table.columns()])


def result(report: Report, preview: str, extra: Mapping[str, Any] | None = None) -> dg.MaterializeResult[None]:
    """A stage's report as a materialization: rows, what was new and what was current, bytes, seconds and a preview."""
    own = report.stage.table.name
    rejected = {reason: n for reason, n in sorted(report.counts.items()) if reason.startswith("rejected: ")}
    metadata: dict[str, Any] = {
        "dagster/row_count": report.rows[own],
        "rows": report.rows[own],
        "rows_new": report.rows_new,
        "rows_current": report.rows[own] - report.rows_new,
        "rejected": sum(rejected.values()),
        "parts_new": len(report.parts_written),
        "parts_current": len(report.parts_current),
        "parts_deleted": len(report.parts_deleted),
        "bytes_written": report.bytes,
        "seconds": round(report.seconds, 2),
        "rows_per_second": round(report.rows_new / report.seconds, 1) if report.seconds else 0.0,
        "preview": dg.MetadataValue.md(preview),
    }
    metadata |= {name: n for name, n in report.counts.items() if name not in rejected}
    if rejected:
        records = [dg.TableRecord({"reason": r.removeprefix("rejected: "), "count": n}) for r, n in rejected.items()]
        metadata["reject_reasons"] = dg.MetadataValue.table(records)
    return dg.MaterializeResult(metadata=metadata | dict(extra or {}))


def sample(lake: Lake, cell: Cell, table: Table, columns: Sequence[str], count: int = 5) -> str:
    """The first rows of a cell as a Markdown table."""
    return markdown_table(list(islice(lake.cell_rows(table, cell, columns), count)), columns)


def gallery(lake: Lake, cell: Cell, count: int = 4) -> str:
    """The first figures of a cell as a Markdown table: thumbnail, pair and raw caption."""
    columns = ["image", "pair_id", "label", "width", "height", "caption"]
    lines = ["| figure | pair | label | pixels | caption |", "| --- | --- | --- | --- | --- |"]
    for row in islice(lake.cell_rows(FIGURE_PAIRS, cell, columns), count):
        size = f"{row['width']} × {row['height']}"
        texts = [row["pair_id"], row["label"], size, row["caption"]]
        lines.append("| " + " | ".join([_thumbnail(row["image"]), *map(_cell, texts)]) + " |")
    return "\n".join(lines)


def charts(plots: Sequence[Plot]) -> str:
    """Charts as Markdown, each under its title, with the sentence that says its numbers."""
    sections = []
    for plot in plots:
        picture = [f"![{_cell(plot.title)}]({png_uri(plot.figure)})"] if plot.figure else []
        sections.append("\n\n".join([f"**{_cell(plot.title)}**", _cell(plot.caption), *picture]))
    return "\n\n".join(sections)


def _thumbnail(image: bytes) -> str:
    try:
        with Image.open(io.BytesIO(image)) as picture:
            small = picture.convert("RGB")
    except OSError:
        return "does not open"  # the check images_decode tells
    small.thumbnail((160, 160))
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=70)
    return f"![figure](data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()})"


def markdown_table(rows: Sequence[Row], columns: Sequence[str]) -> str:
    """Some columns of some rows as a Markdown table; long texts are cut, and nothing in them is markup."""
    lines = ["| " + " | ".join(columns) + " |", "|" + " --- |" * len(columns)]
    lines += ["| " + " | ".join(_cell(row.get(column)) for column in columns) + " |" for row in rows]
    return "\n".join(lines)


def _cell(value: object) -> str:
    text = "" if value is None else str(value).replace("\n", " ")
    text = text if len(text) <= 160 else text[:159] + "…"
    return "".join(f"\\{c}" if c in "\\`*_{}[]<>#|$~" else c for c in text)
