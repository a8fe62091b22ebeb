"""The outside world as Dagster resources: what a setting names, opened when a run needs it."""

import json
import os
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import dagster as dg
from pydantic import Field

from resources.captioners.opened import EngineSettings, open_captioner
from resources.lake import Lake
from resources.live.access import Downloads, LiveAccess
from resources.live.harvests import FEEDS
from resources.live.http import Patience
from resources.publishers.publisher import Publisher, open_publisher
from resources.ray_workers import RayWorkers
from resources.scorers.opened import open_scorers
from resources.sources.articles.meca import MecaCell
from resources.sources.articles.pmc import PmcCell
from resources.sources.arxiv.cell import ArxivCell
from resources.sources.inventory import Inventory
from resources.sources.mirror import Mirror
from resources.sources.part import PartContents, SourcePart
from resources.sources.preprints import osf
from resources.sources.preprints.cell import PreprintCell
from resources.workers import LocalWorkers, Workers
from s1_assets.captioning.extractive import ExtractiveCaptioner
from s1_assets.captioning.journal import Journal
from s1_assets.captioning.request import Captioner
from s1_assets.cells import Cell
from s1_assets.extraction.produce import equipment
from s1_assets.quality.scorers import Scorers


class LakeResource(dg.ConfigurableResource["LakeResource"]):
    """Where the tables live (S1_LAKE)."""

    url: str

    def open(self) -> Lake:
        """The lake at the configured place; a local folder is made when it is not there."""
        try:
            return Lake(self.url)
        except OSError as error:
            raise ValueError(f"S1_LAKE={self.url!r} cannot be used as a folder: {error}") from error


class SourceCell(Protocol):
    """A cell as its source plans it."""

    def parts(self) -> Sequence[SourcePart]:
        """The parts that the cell has now, each with a version that changes when its content does."""

    @property
    def inventory(self) -> Inventory:
        """What planning saw of the source's mirror, whatever its month, and what of it belongs to no month."""

    def read(self, part: str) -> PartContents:
        """The papers of one part and what had to be rejected."""


class NoPapers:
    """A cell from before its source began."""

    def parts(self) -> Sequence[SourcePart]:
        """No parts."""
        return []

    @property
    def inventory(self) -> Inventory:
        """Nothing: the mirror is not looked at."""
        return Inventory()

    def read(self, part: str) -> PartContents:
        """Nothing to read; raises KeyError, because there are no parts."""
        raise KeyError(part)


PLANS: dict[str, Callable[[Mirror, Cell, Path], SourceCell]] = {
    "arxiv": lambda mirror, cell, cache: ArxivCell.open(mirror, cell.month, cache),
    "biorxiv": MecaCell.open,
    "medrxiv": MecaCell.open,
    "chemrxiv": PreprintCell.open,
    "natcomms": PmcCell.open,
    **dict.fromkeys(osf.SOURCES, PreprintCell.open),
}


class MirrorResource(dg.ConfigurableResource["MirrorResource"]):
    """Where papers come from, and a local folder for indexes that can be made again (S1_CACHE).

    That is a mirror (S1_MIRROR); without one, the mirror at `downloads` (S1_DOWNLOADS) that live services fill before
    a cell is planned. They are told `contact` (S1_CONTACT), and are where `services` (S1_SERVICES) says.
    `patience` replaces fields of `resources.live.http.Patience`; a source that is down is tried again after
    `retry_seconds`, which double.
    """

    url: str | None = None
    cache: str
    downloads: str | None = None
    contact: str | None = None
    services: str = "{}"
    patience: dict[str, float] = Field(default_factory=dict)
    retry_seconds: float = 60.0

    def open(self) -> Mirror:
        """The mirror. Raises ValueError when none is configured, nor a place for downloads."""
        if self.url:
            return Mirror(self.url)
        if not self.downloads:
            raise ValueError("neither S1_MIRROR nor S1_DOWNLOADS is set; set one to a folder or URL")
        return Downloads(self.downloads).mirror

    def plan(self, cell: Cell, log: Callable[[str], Any] = print) -> SourceCell:
        """A cell's parts, after what is new of it was fetched where no mirror is set; `log` gets a line on each fetch.

        Raises ValueError for a source that this version does not read, SourceDownError and SourceRefusedError when
        a live service does not give what it should; what was fetched until then stays.
        """
        if not cell.covered:
            return NoPapers()
        if cell.source not in PLANS:
            raise ValueError(f"source {cell.source} is not read by this version; {', '.join(PLANS)} are")
        if not self.url:
            self._harvest(cell, log)
        return PLANS[cell.source](self.open(), cell, Path(self.cache))

    def _harvest(self, cell: Cell, log: Callable[[str], Any]) -> None:
        live = self.live(lambda line: log(f"live: {line}"))
        _ = live.client  # a missing contact shows before anything is done
        FEEDS[cell.source].harvest(live, cell)

    def live(self, log: Callable[[str], Any] = print, patience: Mapping[str, float] | None = None) -> LiveAccess:
        """Access to the live services, with other fields of `Patience` than those of a run where they are given.

        Raises ValueError without a place for downloads.
        """
        if not self.downloads:
            raise ValueError("S1_DOWNLOADS is not set; set it to a folder or URL for what live services give")
        chosen = Patience(**{"attempts": 6} | dict(patience or {}) | self.patience)  # type: ignore[arg-type]
        return LiveAccess(self.contact, Downloads(self.downloads), Path(self.cache), self.services, chosen, log)


RAY_ADDRESS = re.compile(r"ray://[\w.-]+:\d{1,5}", re.ASCII)


class WorkersResource(dg.ConfigurableResource["WorkersResource"]):
    """How CPU work is spread (S1_WORKERS).

    `local` is one process a core, `local:N` is N of them, `ray://host:10001` the nodes of a Ray cluster.
    """

    address: str = "local"
    paper_seconds: float = 300.0
    paper_megabytes: int = 4096

    @property
    def limits(self) -> dict[str, str]:
        """What of the workers decides whether a paper becomes pairs or a reject; it enters the fingerprint."""
        ghostscript = "present" if shutil.which("gs") else "absent"
        return {
            "ghostscript": ghostscript,
            "seconds": f"{self.paper_seconds:g}",
            "megabytes": str(self.paper_megabytes),
        }

    def open(self) -> Workers:
        """The workers; they start with the first task. Raises ValueError for an address it does not know."""
        preload = ["s1_assets.extraction.paper"]
        if RAY_ADDRESS.fullmatch(self.address):
            return RayWorkers(self.address, self.paper_seconds, self.paper_megabytes, preload, equipment=equipment)
        kind, _, count = self.address.partition(":")
        if kind != "local" or (count and not (count.isdigit() and int(count))):
            raise ValueError(
                f"S1_WORKERS={self.address!r} is not understood; use local, local:N with N from 1 on, or ray://host:10001"
            )
        return LocalWorkers(int(count or os.cpu_count() or 1), self.paper_seconds, self.paper_megabytes, preload)


class CaptionerResource(dg.ConfigurableResource["CaptionerResource"]):
    """Who rewrites captions (S1_CAPTIONER), and the engine that it asks (S1_MODEL and the settings beside it).

    `cache` (S1_CACHE) keeps what is finished of parts that are not.
    """

    engine: str = "extractive"
    model: str = "Qwen/Qwen3-VL-8B-Instruct"
    tensor_parallel: int | None = None
    data_parallel: int | None = None
    endpoints: list[str] = Field(default_factory=list)
    engine_arguments: str = "{}"
    prompt: str = "figure"
    image_folder: str | None = None
    cache: str

    def open(self, log: Callable[[str], Any] = print) -> Captioner:
        """The captioner; `log` gets a line on its engine now and then. Raises ValueError for a name that is none."""
        if self.engine == "extractive":
            return ExtractiveCaptioner()
        if self.engine not in {"vllm", "openai"}:
            raise ValueError(f"S1_CAPTIONER={self.engine!r} is not understood; use extractive, vllm or openai")
        engine = EngineSettings(
            self.engine,
            self.model,
            self.tensor_parallel,
            self.data_parallel,
            tuple(self.endpoints),
            json.loads(self.engine_arguments),
            self.prompt,
            self.image_folder,
        )
        return open_captioner(engine, log)

    def journal(self, cell: Cell) -> Journal:
        """Where finished captions of a cell stand until their part is committed."""
        return Journal(Path(self.cache) / "captions", cell)


class ScorersResource(dg.ConfigurableResource["ScorersResource"]):
    """Which models measure quality: CLIP (S1_CLIP, S1_CLIP_WEIGHTS) and pseudo-perplexity (S1_PPPL_MODEL)."""

    clip: str = "ViT-B-32"
    clip_weights: str | None = None
    pppl_model: str | None = None
    pppl_sample: int | None = 100

    def open(self) -> Scorers:
        """The scorers; models are loaded when they first measure. Raises ValueError for one that is not there."""
        return open_scorers(self.clip, self.clip_weights, self.pppl_model, self.pppl_sample)


class PublisherResource(dg.ConfigurableResource["PublisherResource"]):
    """Where shards and releases go (S1_PUBLISH)."""

    url: str

    def open(self) -> Publisher:
        """The publishing target; a local folder is made when it is not there."""
        return open_publisher(self.url)
