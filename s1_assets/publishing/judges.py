"""The judge of published shards: what the target holds against what the lake says was put there."""

from resources.lake import Lake
from resources.publishers.publisher import Publisher
from s1_assets.cells import Cell
from s1_assets.publishing.manifest import cell_folder, read_manifest
from s1_assets.quality.verdicts import Verdict
from s1_assets.tables import PUBLISHED_SHARDS


def manifest_matches_files(lake: Lake, publisher: Publisher, cell: Cell) -> Verdict:
    """The manifest names exactly the files that lie at the target, with their sizes, and so does the lake's table.

    Their content was read back and verified before they were published (publishing/verify.py).
    """
    manifest = read_manifest(publisher, cell)
    if manifest is None:
        text = f"not measured: {cell} is not published under {publisher.url}; materialize published_shards"
        return Verdict("manifest_matches_files", False, "error", None, "0 differences", 0, text)
    there = dict(publisher.files(f"{cell_folder(cell)}/{manifest.generation}"))
    promised = {file.file: file.bytes for file in manifest.files}
    recorded = {
        row["file"]: row["bytes"] for row in lake.cell_rows(PUBLISHED_SHARDS, cell) if row["kind"] != "manifest"
    }
    differing = sorted(dict(there.items() ^ promised.items()) | dict(recorded.items() ^ promised.items()))
    text = f"{len(promised)} files" + (f"; these differ: {', '.join(differing[:5])}" if differing else " as promised")
    return Verdict(
        "manifest_matches_files", not differing, "error", len(differing), "0 differences", len(promised), text
    )
