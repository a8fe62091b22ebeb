"""Where the lineage begins: the sources, which are made elsewhere, each with its URL."""

import dagster as dg

from s1_assets.assets.materialization import GROUP, OWNERS
from s1_assets.cells import FIRST_MONTH, HOME, SOURCES


def source_asset(source: str) -> dg.AssetSpec:
    """A source as the asset that `raw_papers` is made from."""
    return dg.AssetSpec(
        ["source", source],
        description=f"Papers of {source} as their publisher has them, from {FIRST_MONTH[source]} on.",
        group_name=GROUP,
        owners=OWNERS,
        kinds={"source"},
        metadata={"url": dg.MetadataValue.url(HOME[source])},
    )


SOURCE_ASSETS = [source_asset(source) for source in SOURCES]
