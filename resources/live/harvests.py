"""Which live services fill the mirror of each source."""

from collections.abc import Callable

from resources.live import arxiv_chunks
from resources.live.access import LiveAccess
from resources.live.arxiv_chunks import harvest_chunks
from resources.live.arxiv_eprints import harvest_eprints
from resources.live.arxiv_metadata import harvest_metadata
from s1_assets.cells import Cell


def harvest_arxiv(live: LiveAccess, cell: Cell) -> None:
    """Metadata by OAI-PMH, chunks from the bucket, and one by one what no chunk has."""
    harvest_metadata(live, cell.month)
    if arxiv_chunks.SERVICE in live.client.services:
        harvest_chunks(live, cell.month)
    harvest_eprints(live, cell.month)


# Fetches what is new or changed of a cell into `live.downloads`, in the layout that the source's planning reads, and
# nothing twice. Raises SourceDownError and SourceRefusedError; what was stored until then stays.
Harvest = Callable[[LiveAccess, Cell], None]
HARVESTS: dict[str, Harvest] = {"arxiv": harvest_arxiv}
