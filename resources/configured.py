"""The outside world as Dagster resources: what a setting names, opened when a run needs it."""

import json
import math
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import dagster as dg
from pydantic import Field

from resources.captioners.opened import EngineSettings, open_captioner
from resources.lake import Lake
from resources.live import arxiv_chunks
from resources.live.access import Downloads, LiveAccess
from resources.live.arxiv_in_place import ChunksInPlace
from resources.live.failures import SourceError
from resources.live.harvests import FEEDS
from resources.live.http import Patience
from resources.live.services import services
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
from s1_assets.settings import CAPTIONERS, Settings, without_user


class LakeResource(dg.ConfigurableResource["LakeResource"]):
    """Where the tables live (S1_LAKE)."""

    url: str = Field(description="Folder or object-store URL of the tables (S1_LAKE).")

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
    """Where papers come from: a mirror, or live services that fill one before a cell is planned."""

    url: str | None = Field(
        default=None,
        description="Folder or URL with <source>/ in the source's own layout (S1_MIRROR); null asks the live services.",
    )
    cache: str = Field(description="Local folder for indexes that can be made again (S1_CACHE).")
    downloads: str | None = Field(
        default=None, description="Folder or object-store URL that the live services fill as a mirror (S1_DOWNLOADS)."
    )
    chunks_in_place: bool = Field(
        default=False,
        description="Whether arXiv's chunks are read in their bucket, by ranges, and not fetched first "
        "(S1_ARXIV_CHUNKS=in_place). The live services only.",
    )
    contact: str | None = Field(
        default=None, description="E-mail address or URL that live services are told (S1_CONTACT)."
    )
    services: str = Field(
        default="{}",
        description="JSON object of live services' names and base URLs, null to leave one out (S1_SERVICES).",
    )
    patience: dict[str, float] = Field(
        default_factory=dict,
        description="How often live services are tried and how long they are waited for, where other than usual: "
        "attempts, first_wait, longest_wait, longest_closure, answer, download, silence (seconds).",
    )
    retry_seconds: float = Field(
        default=60.0,
        description="Seconds after which a step is tried again whose source is down or out of reach; they double.",
    )

    def open(self, read_seconds: float = math.inf) -> Mirror:
        """The mirror; a read of what stays in a live service's bucket ends within so many seconds.

        Raises ValueError when none is configured, nor a place for downloads.
        """
        if self.url:
            return Mirror(self.url)
        if not self.downloads:
            raise ValueError("neither S1_MIRROR nor S1_DOWNLOADS is set; set one to a folder or URL")
        return self.live(read_seconds=read_seconds).downloads.mirror

    @contextmanager
    def planned(self, cell: Cell, log: Callable[[str], Any] = print) -> Iterator[tuple[SourceCell, bool]]:
        """A cell's parts, after what is new of it was fetched where no mirror is set; `log` gets a line on each fetch.

        With it comes whether full texts are lacking.

        Raises ValueError for a source that this version does not read, SourceDownError and SourceRefusedError when
        a live service does not give what it should; what was fetched until then stays. Of full texts that is raised
        at the end of the block: what records tell, such as a withdrawal, is not to wait for them.
        """
        if not cell.covered:
            yield NoPapers(), False
            return
        if cell.source not in PLANS:
            raise ValueError(f"source {cell.source} is not read by this version; {', '.join(PLANS)} are")
        lacking = None if self.url else self._harvest(cell, log)
        try:
            plan = PLANS[cell.source](self.open(), cell, Path(self.cache))
        except Exception as error:
            if lacking:  # which may be why
                raise lacking from error
            raise
        yield plan, lacking is not None
        if lacking:
            raise lacking

    def _harvest(self, cell: Cell, log: Callable[[str], Any]) -> SourceError | None:
        """Fetches what is new of a cell; returns why full texts are lacking."""
        live, feed = self.live(lambda line: log(f"live: {line}")), FEEDS[cell.source]
        _ = live.client  # a missing contact shows before anything is done
        feed.records(live, cell)
        try:
            feed.full_texts(live, cell)
        except SourceError as error:
            log(f"live: full texts of {cell} are lacking, and its records are used as they are: {error}")
            return error
        return None

    def live(
        self,
        log: Callable[[str], Any] = print,
        patience: Mapping[str, float] | None = None,
        read_seconds: float = math.inf,
    ) -> LiveAccess:
        """Access to the live services, with other fields of `Patience` than those of a run where they are given.

        A read of what stays in a service's bucket ends within `read_seconds`.

        Raises ValueError without a place for downloads, and for S1_SERVICES that cannot be read.
        """
        if not self.downloads:
            raise ValueError("S1_DOWNLOADS is not set; set it to a folder or URL for what live services give")
        chosen = Patience(**{"attempts": 6} | dict(patience or {}) | self.patience)  # type: ignore[arg-type]
        cache, in_place = Path(self.cache), None
        if self.chunks_in_place and arxiv_chunks.SERVICE in services(self.services):
            in_place = ChunksInPlace(self.contact, cache, self.services, chosen).within(read_seconds)
        return LiveAccess(self.contact, Downloads(self.downloads, in_place), cache, self.services, chosen, log)


RAY_ADDRESS = re.compile(r"ray://[\w.-]+:\d{1,5}", re.ASCII)


class WorkersResource(dg.ConfigurableResource["WorkersResource"]):
    """How CPU work is spread, and what one paper may take of it."""

    address: str = Field(
        default="local",
        description="local is one process a core, local:N is N of them, ray://host:10001 a Ray cluster (S1_WORKERS).",
    )
    paper_seconds: float = Field(default=300.0, description="Seconds that a paper may take before it is a reject.")
    paper_megabytes: int = Field(default=4096, description="Memory in MiB that a paper may take before it is a reject.")

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
    """Who rewrites captions, and the engine that it asks."""

    engine: str = Field(default="extractive", description="extractive, vllm or openai (S1_CAPTIONER).")
    model: str = Field(
        default="Qwen/Qwen3-VL-8B-Instruct", description="Folder, hub id or hub id@revision of the model (S1_MODEL)."
    )
    tensor_parallel: int | None = Field(
        default=None, description="GPUs a replica of the model; null is from its size (S1_TENSOR_PARALLEL)."
    )
    data_parallel: int | None = Field(
        default=None, description="Replicas; null is as many as there are GPUs for (S1_DATA_PARALLEL)."
    )
    endpoints: list[str] = Field(
        default_factory=list,
        description="Base URLs of OpenAI-compatible servers, for openai (S1_ENDPOINTS), without user and password.",
    )
    engine_arguments: str = Field(default="{}", description="JSON object of further vLLM engine arguments (S1_ENGINE).")
    prompt: str = Field(default="figure", description="Name of a file in captioning/prompts (S1_PROMPT).")
    image_folder: str | None = Field(
        default=None, description="Folder shared with the endpoints, through which images go (S1_IMAGE_FOLDER)."
    )
    cache: str = Field(description="Local folder that keeps what is finished of parts that are not (S1_CACHE).")

    def open(self, log: Callable[[str], Any] = print) -> Captioner:
        """The captioner; `log` gets a line on its engine now and then. Raises ValueError for a name that is none."""
        if self.engine == "extractive":
            return ExtractiveCaptioner()
        if self.engine not in CAPTIONERS:
            raise ValueError(f"S1_CAPTIONER={self.engine!r} is not understood; use {', '.join(CAPTIONERS)}")
        engine = EngineSettings(
            self.engine,
            self.model,
            self.tensor_parallel,
            self.data_parallel,
            self.servers,
            json.loads(self.engine_arguments),
            self.prompt,
            self.image_folder,
        )
        return open_captioner(engine, log)

    @property
    def servers(self) -> tuple[str, ...]:
        """The endpoints with user and password, which the environment alone holds: Dagster shows configuration."""
        given = Settings.from_environment().endpoints
        shown = [without_user(url) for url in given]
        if shown == self.endpoints:  # two may differ in their users alone
            return given
        by_shown = dict(zip(shown, given, strict=True))
        return tuple(by_shown.get(url, url) for url in self.endpoints)

    def journal(self, cell: Cell) -> Journal:
        """Where finished captions of a cell stand until their part is committed."""
        return Journal(Path(self.cache) / "captions", cell)


class ScorersResource(dg.ConfigurableResource["ScorersResource"]):
    """Which models measure quality: CLIP score and pseudo-perplexity."""

    clip: str = Field(
        default="ViT-B-32", description="open_clip architecture, its name or the path of its configuration (S1_CLIP)."
    )
    clip_weights: str | None = Field(
        default=None,
        description="open_clip tag or file of a checkpoint; null measures no CLIP score (S1_CLIP_WEIGHTS).",
    )
    pppl_model: str | None = Field(
        default=None,
        description="Masked language model, hub id or folder; null measures no pseudo-perplexity (S1_PPPL_MODEL).",
    )
    pppl_sample: int | None = Field(
        default=100, description="Pairs of each part to measure pseudo-perplexity on; null is all (S1_PPPL_SAMPLE)."
    )

    def open(self) -> Scorers:
        """The scorers; models are loaded when they first measure. Raises ValueError for one that is not there."""
        return open_scorers(self.clip, self.clip_weights, self.pppl_model, self.pppl_sample)


class PublisherResource(dg.ConfigurableResource["PublisherResource"]):
    """Where shards and releases go."""

    url: str = Field(description="Folder or s3:// URL of the published shards and releases (S1_PUBLISH).")

    def open(self) -> Publisher:
        """The publishing target; a local folder is made when it is not there."""
        return open_publisher(self.url)
