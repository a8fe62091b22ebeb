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
from resources.live.natcomms import harvest_natcomms
from resources.live.natcomms_news import changed_articles
from resources.live.openrxiv_api import harvest_list
from resources.sources.preprints.osf import SOURCES as OSF_SERVERS
from s1_assets.cells import Cell


def harvest_arxiv(live: LiveAccess, cell: Cell) -> None:
    """Metadata by OAI-PMH, chunks from the bucket, and one by one what no chunk has."""
    harvest_metadata(live, cell.month)
    if arxiv_chunks.SERVICE in live.client.services:
        harvest_chunks(live, cell.month)
    harvest_eprints(live, cell.month)


def harvest_openrxiv(live: LiveAccess, cell: Cell) -> None:
    """What the API of bioRxiv and medRxiv lists, and the archives of the source's bucket."""
    harvest_list(live, cell.source, cell.month)
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
    """A source as live services give it."""

    harvest: Harvest
    changes: ChangesSince


FEEDS: dict[str, Feed] = {
    "arxiv": Feed(harvest_arxiv, changed_months),
    "biorxiv": Feed(harvest_openrxiv, functools.partial(openrxiv_changes.changed_preprints, "biorxiv")),
    "medrxiv": Feed(harvest_openrxiv, functools.partial(openrxiv_changes.changed_preprints, "medrxiv")),
    "chemrxiv": Feed(chemrxiv.harvest_chemrxiv, chemrxiv.changed_preprints),
    "natcomms": Feed(harvest_natcomms, changed_articles),
    **{source: Feed(osf.harvest_osf, functools.partial(osf.changed_preprints, source)) for source in OSF_SERVERS},
}
