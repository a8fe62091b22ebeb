"""A paper's record in the metadata snapshot, and the columns of `raw_papers` that come from it."""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any

from pylatexenc.latex2text import LatexNodes2Text

from resources.sources.arxiv.ids import canonical_id
from s1_assets.publishing.rights import narrowest, rights_of
from s1_assets.tables import Row
from s1_assets.taxonomy import discipline_of

# What authors and arXiv write in the comments, the abstract or the file that takes a withdrawn paper's place.
_WITHDRAWN = re.compile(
    r"\b(?:paper|article|manuscript|submission|preprint|e-?print|work|letter|note|version)\s+"
    r"(?:has\s+been|was|is|had\s+to\s+be)\s+(?:temporarily\s+|now\s+|hereby\s+)?withdrawn\b"
    r"|\bwithdrawn\s+by\s+(?:the\s+|its\s+)?(?:\w+\s+)?(?:authors?\b|arxiv\b|submitter\b)"
    r"|^\s*(?:paper\s+|article\s+)?withdrawn\b",
    re.IGNORECASE,
)
# From a version's submission to its announcement; a weekend with a holiday is the longest that is usual.
ANNOUNCED_WITHIN = timedelta(days=5)
_ZONES = timedelta(days=1)  # between a day in Greenwich and the same day elsewhere
_MATHS = re.compile(r"((?<!\\)\$\$.*?(?<!\\)\$\$|(?<!\\)\$.*?(?<!\\)\$)", re.DOTALL)
_LETTER = re.compile(
    r"""\\(?:['`^"~=.]|[uvHcdbkrt](?![a-zA-Z]))\s*(?:\{\s*(?:\\[ij]|[a-zA-Z])\s*\}|\\[ij](?![a-zA-Z])|[a-zA-Z])"""
    r"|\\(?:ss|ae|AE|oe|OE|aa|AA|[oOlLij])(?![a-zA-Z])(?:\{\}|\s+)?"
    r"|\\[%&#_$]"
)
_FONT = re.compile(r"\\(?:emph|text(?:bf|it|tt|sc|rm|sf|sl|up)?|underline)\s*\{([^{}]*)\}")
_QUOTED = re.compile(r"``([^`]*?)''")
_GROUP = re.compile(r"(?P<argument>(?:\\[a-zA-Z]+\s*|[\^_}\]]))?\{(?P<text>[^{}\\]*)\}")


@dataclass(frozen=True)
class Record:
    """One line of metadata, as far as it is used, at one `version` of its paper, the last one as it is read.

    `submitted` has the day of every version. `licenses` has the licence of each version of which a record stated it: a
    line states that of its last version alone. `withdrawn` is arXiv's own word that the last version is a withdrawal
    or is none; None in lines of the snapshot, which do not tell. Of several records of a paper that with the latest
    `datestamp` (YYYY-MM-DD) counts; by itself it changes no row.
    """

    paper: str
    title: str
    abstract: str
    comments: str
    authors: list[list[str]]
    categories: list[str]
    doi: str | None
    version: int
    submitted: dict[int, date]
    licenses: dict[int, str | None]
    withdrawn: bool | None = None
    datestamp: str = field(default="", repr=False, compare=False)

    @property
    def digest(self) -> str:
        """A hash of everything that this record's row is made from."""
        return hashlib.sha256(repr(self).encode()).hexdigest()

    @property
    def license(self) -> str | None:
        """The licence of its version, None where no record stated one."""
        return self.licenses.get(self.version)

    @property
    def says_withdrawn(self) -> bool:
        """Whether the paper was withdrawn: by arXiv's own word, where there is none by outright ones of its authors."""
        if self.withdrawn is not None:
            return self.withdrawn
        return tells_withdrawal(self.comments) or tells_withdrawal(self.abstract)

    def versions_on(self, day: date) -> list[int]:
        """The versions that arXiv may have had out on a day, the oldest first.

        More than one where some were submitted so shortly before that they may not have been announced yet.
        """
        announced = [number for number, when in self.submitted.items() if when + ANNOUNCED_WITHIN <= day]
        oldest = max(announced, default=min(self.submitted))
        later = [number for number, when in self.submitted.items() if number > oldest and when - _ZONES <= day]
        return [oldest, *later]

    def at(self, versions: Sequence[int]) -> "Record":
        """This record at a version, or at the first of several that it may be, under what all of them allow.

        A version that the record does not know leaves it as it is, but for the licence, of which nothing is known.
        """
        if versions[0] not in self.submitted:
            return replace(self, licenses={})
        license_ = narrowest(self.licenses.get(number) for number in versions)
        return replace(self, version=versions[0], licenses=self.licenses | {versions[0]: license_})

    def beside(self, other: "Record") -> "Record":
        """This record, with what another one of the paper tells of versions that this one is silent about."""
        withdrawn = other.withdrawn if self.withdrawn is None and other.version == self.version else self.withdrawn
        return replace(self, licenses=dict(sorted((other.licenses | self.licenses).items())), withdrawn=withdrawn)

    def row(self, month: str) -> Row:
        """The columns of `raw_papers` that do not depend on an archive; the paper is live and has no format yet."""
        return {
            "paper_id": f"arxiv:{self.paper}",
            "source": "arxiv",
            "month": month,
            "version": self.version,
            "title": plain_text(self.title),
            "abstract": plain_text(self.abstract),
            "authors": [plain_text(" ".join((given, family, suffix))) for family, given, suffix in self.authors],
            "categories": self.categories,
            "discipline": discipline_of(self.categories),
            "doi": self.doi,
            "license": self.license,
            "rights": rights_of(self.license),
            "status": "live",
            "submitted": self.submitted[min(self.submitted)],
            "updated": self.submitted[self.version],
            "format": "none",
        }


@dataclass(frozen=True)
class BrokenRecord:
    """A line that names a paper but cannot be read; `why` says what is wrong with it."""

    paper: str
    why: str
    datestamp: str = field(default="", compare=False)

    @property
    def digest(self) -> str:
        """A hash of everything that is known of it."""
        return hashlib.sha256(f"{self.paper} {self.why}".encode()).hexdigest()


def read_record(line: bytes) -> Record:
    """The record that a line of the snapshot or of a harvest holds. Raises ValueError, saying why, for one without."""
    try:
        raw = json.loads(line)
        if raw.get("deleted"):
            raise ValueError("arXiv deleted it")
        versions = {int(item["version"].removeprefix("v")): _day(item["created"]) for item in raw["versions"]}
        version = max(versions)
        return Record(
            paper=canonical_id(raw["id"]),
            title=_text(raw, "title"),
            abstract=_text(raw, "abstract"),
            comments=_text(raw, "comments"),
            authors=[[*map(_valid, name), "", "", ""][:3] for name in raw.get("authors_parsed") or []],
            categories=_text(raw, "categories").split(),
            doi=_text(raw, "doi") or None,
            version=version,
            submitted=dict(sorted(versions.items())),
            licenses={version: _text(raw, "license") or None},
            withdrawn=raw.get("withdrawn"),
            datestamp=_text(raw, "update_date"),
        )
    except (LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"{type(error).__name__}: {error}") from error


def _day(created: str) -> date:
    return parsedate_to_datetime(created).date()


def _text(raw: dict[str, Any], name: str) -> str:
    value = raw.get(name)
    if not isinstance(value, str | None):
        raise TypeError(f"{name} is a {type(value).__name__}, not text")
    return _valid(value or "").strip()


def _valid(text: str) -> str:
    """The text without lone surrogates, which JSON can hold and UTF-8 cannot."""
    return text.encode("utf-8", "replace").decode()


def tells_withdrawal(text: str) -> bool:
    """Whether a text says that the paper it belongs to was withdrawn, in one of the phrases that mean only this."""
    return bool(_WITHDRAWN.search(text))


def plain_text(text: str) -> str:
    """A metadata field with TeX accents and text markup as Unicode and white space collapsed.

    Maths stays as written, `$…$`, and so does every macro that is neither letter nor font: the fields are prose
    in which arXiv promises only accents, so nothing else is taken for TeX.
    """
    pieces = _MATHS.split(text)
    pieces[::2] = map(_without_markup, pieces[::2])
    return " ".join("".join(pieces).split())


def _without_markup(text: str) -> str:
    text = _LETTER.sub(lambda letter: _unicode_letter(letter[0]), text)
    text = _FONT.sub(r"\1", text)
    text = _GROUP.sub(lambda group: group[0] if group["argument"] else group["text"], text)
    return _QUOTED.sub("\u201c\\1\u201d", text).replace("~", " ")


@lru_cache(maxsize=4096)
def _unicode_letter(tex: str) -> str:
    return str(LatexNodes2Text().latex_to_text(tex)).strip()
