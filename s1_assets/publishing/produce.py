"""A cell's tables to published shards: this stage's work for `run_stage`.

Shards are cut by size, not by part, so a cell is published as one part named `shards`.
"""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from resources.lake import Lake
from resources.publishers.publisher import Publisher
from s1_assets.cells import Cell
from s1_assets.publishing.manifest import switch_to
from s1_assets.publishing.record import Sample, make_sample
from s1_assets.publishing.shards import write_generation
from s1_assets.publishing.verify import verify
from s1_assets.stage import Output, Part, Produce, Stage
from s1_assets.tables import CONTEXT_BUNDLES, ENHANCED_CAPTIONS, FIGURE_PAIRS, IDENTITIES, QUALITY_METRICS, RAW_PAPERS


def cell_part(lake: Lake, cell: Cell) -> Part:
    """All that a cell's shards are made from, as one part."""
    pairs = sum(file.rows for file in lake.parts(QUALITY_METRICS, cell))
    return Part("shards", lake.digest(RAW_PAPERS, cell) + lake.digest(QUALITY_METRICS, cell), pairs)


def publish_cell(stage: Stage, lake: Lake, cell: Cell, publisher: Publisher) -> Produce:
    """A producer that writes a new generation of the cell, reads it back, and only then makes it the current one.

    Raises RuntimeError, with what was found, when what was read back is not what was written.
    """

    def produce(parts: Sequence[Part]) -> Iterator[Output]:
        for part in parts:
            with tempfile.TemporaryDirectory(prefix="s1-shards-") as scratch:
                folder = Path(scratch)
                manifest = write_generation(
                    publisher,
                    cell,
                    stage.fingerprint(part),
                    cell_samples(lake, cell),
                    withheld=withheld(lake, cell),
                    scratch=folder,
                )
                findings = verify(publisher, manifest)
                if findings:
                    raise RuntimeError(f"{cell} was not published, its shards are not as written: {findings[:5]}")
                published = switch_to(publisher, manifest, folder)
            rows = [asdict(file) for file in (*manifest.files, published)]
            counts = {"pairs": manifest.rows, "images": manifest.images}
            counts |= {f"rights: {rights}": n for rights, n in manifest.rights.items()}
            yield Output(part.name, {"published_shards": rows}, manifest.rows, done=True, counts=counts)

    return produce


def cell_samples(lake: Lake, cell: Cell) -> Iterator[Sample]:
    """The pairs of a cell in their published form, in the order of the lake, one part's papers in memory at a time."""
    tables = dict.fromkeys((FIGURE_PAIRS, CONTEXT_BUNDLES, ENHANCED_CAPTIONS, QUALITY_METRICS))
    for part in lake.parts(QUALITY_METRICS, cell):
        papers = {row["paper_id"]: row | {"identifiers": []} for row in lake.rows(RAW_PAPERS, cell, part.name)}
        for identity in lake.rows(IDENTITIES, cell, part.name):
            papers[identity["paper_id"]]["identifiers"].append(identity["identifier"])
        for pair, context, caption, metrics in lake.pairs(cell, part.name, tables):
            paper = papers[pair["paper_id"]]
            if paper["status"] == "live":
                yield make_sample(paper, pair, context, caption, metrics)


def withheld(lake: Lake, cell: Cell) -> dict[str, str]:
    """The status of each paper of a cell that is not live, as the lake has it now."""
    papers = lake.cell_rows(RAW_PAPERS, cell, ["paper_id", "status"])
    return {row["paper_id"]: row["status"] for row in papers if row["status"] != "live"}
