"""arXiv's metadata lines that harvests brought: `arxiv/oai/<YYYY-MM>/<fetch>.jsonl`, in the snapshot's format."""

from resources.sources.arxiv.snapshot import paper_of_line
from resources.sources.harvested_lines import HarvestedLines

HARVESTED = HarvestedLines("arxiv/oai", paper_of_line)
