"""What a preprint server says of one version of a preprint, whatever the server."""

import hashlib
from dataclasses import dataclass
from datetime import date

from lxml import html

from s1_assets.publishing.rights import rights_of
from s1_assets.tables import Row
from s1_assets.taxonomy import discipline_of


@dataclass(frozen=True)
class Preprint:
    """One version of a preprint.

    `id` names the preprint without its version; `file` is the version's PDF under the source's folder. `identities`
    are the other names of the work: (relation, identifier) as in the table of that name.
    """

    source: str
    id: str
    version: int
    posted: date
    title: str
    abstract: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    doi: str | None
    license: str | None
    file: str
    withdrawn: bool = False
    identities: tuple[tuple[str, str], ...] = ()

    @property
    def paper_id(self) -> str:
        """The preprint's name in the lake."""
        return f"{self.source}:{self.id}"

    @property
    def digest(self) -> str:
        """A hash of everything that this version's row is made from."""
        return hashlib.sha256(repr(self).encode()).hexdigest()

    def row(self) -> Row:
        """The columns of `raw_papers` that do not depend on the PDF; it has no format yet."""
        return {
            "paper_id": self.paper_id,
            "source": self.source,
            "month": f"{self.posted:%Y-%m}",
            "version": self.version,
            "title": self.title,
            "abstract": self.abstract,
            "authors": list(self.authors),
            "categories": list(self.categories),
            "discipline": discipline_of(self.categories),
            "doi": self.doi,
            "license": self.license,
            "rights": rights_of(self.license),
            "status": "withdrawn" if self.withdrawn else "live",
            "submitted": self.posted if self.version == 1 else None,
            "updated": self.posted,
            "format": "none",
        }


def plain_text(markup: str) -> str:
    """A metadata field that may hold JATS or HTML markup and entities, as plain text with white space collapsed.

    A heading that only says that this is the abstract is left out.
    """
    if not markup.strip():
        return ""
    fragment = html.fragment_fromstring(markup.replace("\0", ""), create_parent="div")
    for title in fragment.xpath("//*[name()='jats:title' or name()='title']"):
        if "".join(title.itertext()).strip().lower().rstrip(":.") == "abstract":
            title.drop_tree()
    for block in fragment.xpath("//*[name()='jats:p' or name()='p' or name()='jats:sec' or name()='br']"):
        block.tail = " " + (block.tail or "")
    return " ".join(str(fragment.text_content()).split())
