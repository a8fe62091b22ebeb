"""What a preprint server says of one version of a preprint, whatever the server."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from lxml import html

from s1_assets.publishing.rights import rights_of
from s1_assets.tables import Row
from s1_assets.taxonomy import discipline_of

MAX_VERSION = 999
_NO_TEXT = re.compile(
    "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ud800-\\udfff\\ufffe\\uffff]"
)  # characters that XML does not have


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

    def __post_init__(self) -> None:
        if not 1 <= self.version <= MAX_VERSION:
            raise ValueError(f"{self.id}: version {self.version} is not between 1 and {MAX_VERSION}")

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


def texts(values: Iterable[object]) -> tuple[str, ...]:
    """Of the values of a JSON list, those that are texts and not empty."""
    return tuple(value for value in values if isinstance(value, str) and value)


def plain_text(markup: str) -> str:
    """A metadata field that may hold JATS or HTML markup and entities, as plain text with white space collapsed.

    A heading that only says that this is the abstract is left out.
    """
    if not markup.strip():
        return ""
    fragment = html.fragment_fromstring(_NO_TEXT.sub("", markup), create_parent="div")
    for title in fragment.xpath("//*[name()='jats:title' or name()='title']"):
        if "".join(title.itertext()).strip().lower().rstrip(":.") == "abstract":
            title.drop_tree()
    for block in fragment.xpath("//*[name()='jats:p' or name()='p' or name()='jats:sec' or name()='br']"):
        block.tail = " " + (block.tail or "")
    return " ".join(str(fragment.text_content()).split())
