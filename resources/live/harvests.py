"""Which live services fill the mirror of each source, and tell what it has that is new."""

import functools
from collections.abc import Callable
from dataclasses import dataclass

from resources.live import arxiv_chunks, chemrxiv, openrxiv_changes, osf
from resources.live.access import LiveAccess
from resources.live.arxiv_chunks import harvest_chunks
from resources.live.arxiv_eprints import harvest_eprints
from resources.live.arxiv_metadata import changed_months, harvest_metadata
from resources.live.changes import Changes
from resources.live.meca_archives import harvest_archives, service_of
from resources.live.natcomms import harvest_articles, search_month
from resources.live.natcomms_news import changed_articles
from resources.live.openrxiv_api import harvest_list
from resources.sources.preprints.osf import SOURCES as OSF_SERVERS
from s1_assets.cells import Cell


def _arxiv_records(live: LiveAccess, cell: Cell) -> None:
    """Metadata by OAI-PMH."""
    harvest_metadata(live, cell.month)


def _arxiv_sources(live: LiveAccess, cell: Cell) -> None:
    """Chunks from the bucket, and one by one what no chunk has."""
    if arxiv_chunks.SERVICE in live.client.services:
        harvest_chunks(live, cell.month)
    harvest_eprints(live, cell.month)


def _openrxiv_records(live: LiveAccess, cell: Cell) -> None:
    """What the API of bioRxiv and medRxiv lists."""
    harvest_list(live, cell.source, cell.month)


def _openrxiv_archives(live: LiveAccess, cell: Cell) -> None:
    """The archives of the source's bucket."""
    if service_of(cell.source) in live.client.services:
        harvest_archives(live, cell)


# Fetches what is new or changed of a cell into `live.downloads`, in the layout that the source's planning reads, and
# nothing twice. Raises SourceDownError and SourceRefusedError; what was stored until then stays.
Harvest = Callable[[LiveAccess, Cell], None]
# What changed since a watermark ("" at first: from about now), asking for at most so many pages of the source's list,
# so that a sensor's tick stays short. Raises as a harvest does.
ChangesSince = Callable[[LiveAccess, str, int], Changes]


@dataclass(frozen=True)
class Feed:
    """A source as live services give it: records, which tell of withdrawals too, then the full texts that they name."""

    records: Harvest
    full_texts: Harvest
    changes: ChangesSince


FEEDS: dict[str, Feed] = {
    "arxiv": Feed(_arxiv_records, _arxiv_sources, changed_months),
    **{
        source: Feed(
            _openrxiv_records, _openrxiv_archives, functools.partial(openrxiv_changes.changed_preprints, source)
        )
        for source in ("biorxiv", "medrxiv")
    },
    "chemrxiv": Feed(chemrxiv.harvest_works, chemrxiv.harvest_files, chemrxiv.changed_preprints),
    "natcomms": Feed(search_month, harvest_articles, changed_articles),
    **{
        source: Feed(osf.harvest_resources, osf.harvest_files, functools.partial(osf.changed_preprints, source))
        for source in OSF_SERVERS
    },
}
