"""The outside world as Dagster resources: what a setting names, opened when a run needs it."""

import os
from pathlib import Path

import dagster as dg

from resources.lake import Lake
from resources.object_store import open_store
from resources.publishers.publisher import Publisher
from resources.sources.arxiv import ArxivSource
from resources.sources.mirror import Mirror
from resources.workers import Workers
from s1_assets.captioning.extractive import ExtractiveCaptioner
from s1_assets.captioning.request import Captioner


class LakeResource(dg.ConfigurableResource["LakeResource"]):
    """Where the tables live (S1_LAKE)."""

    url: str

    def open(self) -> Lake:
        """The lake at the configured place; a local folder is made when it is not there."""
        return Lake(self.url)


class WorkersResource(dg.ConfigurableResource["WorkersResource"]):
    """How CPU work is spread (S1_WORKERS): `local` is one process a core, `local:N` is N of them."""

    address: str = "local"
    paper_seconds: float = 300.0
    paper_megabytes: int = 4096

    def open(self) -> Workers:
        """The pool; processes start with the first task. Raises ValueError for an address it does not know."""
        kind, _, count = self.address.partition(":")
        if kind != "local" or (count and not count.isdigit()):
            raise ValueError(f"S1_WORKERS={self.address!r} is not understood; use local or local:N")
        return Workers(int(count or os.cpu_count() or 1), self.paper_seconds, self.paper_megabytes)
