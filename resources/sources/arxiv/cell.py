"""One month of arXiv from a mirror: source archives in arXiv's S3 layout, metadata from snapshot and harvests.

A part is one tar chunk. Every metadata record of the month belongs to exactly one part, and planning can tell which
without opening a chunk: a chunk holds its papers in the byte order of their item names, so the records between its
first and last item are its own. Papers that no chunk of the mirror spans and that were fetched one by one are parts
by the day of the fetch, `arXiv_eprint_<YYMM>_<day>`, and so are those that were revised after their chunk was made;
what is left (papers newer than the archives, or a mirror that has only some of them) makes up one more part,
`arXiv_metadata_<YYMM>`. So a changed record or tar remakes one part, and parts are read independently of each other.

A row has version and licence of the bytes that its archive holds, which may be older than the record: those of an
e-print are named with it, those of a chunk's member are the last that were out when the chunk was made. Where the
licence of that version was never seen it is none.

A paper is withdrawn when arXiv marks its last version so, when the archive holds a withdrawal notice in its place, or
when it has no member, arXiv's own word is not known, and its comments or abstract say so; words alone never withdraw a
paper whose source is there.
"""

import hashlib
import json
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from resources.sources.arxiv.chunk_index import ChunkIndex, Member, known_index
from resources.sources.arxiv.chunks import Chunk, chunks_of
from resources.sources.arxiv.eprints import Eprint, eprints_of, read_eprint
from resources.sources.arxiv.ids import item_of, yymm_of
from resources.sources.arxiv.metadata import Records, records_of
from resources.sources.arxiv.records import BrokenRecord, Record
from resources.sources.inventory import Inventory
from resources.sources.mirror import Mirror
from resources.sources.part import PartContents, SourcePart
from s1_assets.identifiers import doi_identifier
from s1_assets.rejects import Reason, Reject
from s1_assets.tables import RAW_PAPERS, Row


@dataclass(frozen=True)
class ArxivCell:
    """One month, planned. `chunks` by part name (None for the part without archive), `records` by part name.

    `eprints` has the papers of the parts that were fetched one by one. `inventory` is of the metadata's lines. Indexes
    of chunks are remembered in the folder `cache`.
    """

    mirror: Mirror
    month: str
    chunks: dict[str, Chunk | None]
    eprints: dict[str, list[Eprint]]
    records: dict[str, Records]
    inventory: Inventory
    cache: Path

    @classmethod
    def open(cls, mirror: Mirror, month: str, cache: Path) -> "ArxivCell":
        """Plans a month ("YYYY-MM") from manifest, metadata and a listing of what was fetched; no archive is read.

        The first plan for a version of the snapshot makes its index under the folder `cache`. Raises
        FileNotFoundError when the mirror has no metadata, and ValueError for a manifest that cannot be read.
        """
        records, inventory = records_of(mirror, month, cache)
        order = _Order(chunks_of(mirror, month))
        eprints: dict[str, list[Eprint]] = {}
        for eprint in eprints_of(mirror, month).values():
            if eprint.version > _version_in(order.chunk_of(eprint.item), records.get(eprint.paper)):
                eprints.setdefault(eprint.part, []).append(eprint)
        rest = f"arXiv_metadata_{yymm_of(month)}"
        fetched = {eprint.paper: eprint.part for part in eprints.values() for eprint in part}
        shares: dict[str, Records] = {}
        for paper, record in records.items():
            chunk = order.chunk_of(item_of(paper))
            name = fetched.get(paper) or (chunk.name if chunk else rest)
            shares.setdefault(name, {})[paper] = record
        by_name = {chunk.name: chunk for chunk in order.chunks} | dict.fromkeys(shares.keys() & {rest})
        return cls(mirror, month, by_name, eprints, shares, inventory, cache)

    def lacking(self) -> list[Record]:
        """Papers whose last version is nowhere here, by id; first those of which nothing is.

        A paper within a chunk counts as there: whether it is shows only when the chunk is read.
        """
        fetched = {paper: eprint.version for paper, eprint in self._fetched().items()}
        papers = [
            (record, fetched.get(record.paper) or _version_in(self.chunks.get(part), record))
            for part, share in self.records.items()
            for record in share.values()
            if isinstance(record, Record) and not record.withdrawn
        ]
        lacking = [(here > 0, record.paper, record) for record, here in papers if here < record.version]
        return [record for *_, record in sorted(lacking, key=lambda one: one[:2])]

    def parts(self) -> list[SourcePart]:
        """The parts of the month, chunks first. Their versions change with archive, promise or records."""
        chunks = [
            self._part(name, [repr(chunk.promise), repr(chunk.stored)] if chunk else [], chunk)
            for name, chunk in self.chunks.items()
        ]
        return chunks + [
            self._part(name, [repr(eprint.stored) for eprint in eprints]) for name, eprints in self.eprints.items()
        ]

    def read(self, part: str) -> PartContents:
        """The rows of one part: members in tar order, then records without a member in id order.

        Every member and every record comes out once, as a row or as a reject; a row without a format says why in
        its status or in a reject. A chunk that cannot be used gives one reject under its own name, and its papers
        count as papers without an archive.
        """
        chunk = self.chunks.get(part)
        reading = _Reading(self.month, dict(self.records.get(part, {})), part, chunk.made if chunk else date.max)
        for eprint in self.eprints.get(part, []):
            reading.take(read_eprint(self.mirror, eprint), eprint.stored.path)
        index = known_index(self.mirror, chunk, self.cache) if chunk else ChunkIndex()
        if index.problem:
            reading.reject(part, index.problem)
        for paper, other in index.others:
            reading.reject(f"arxiv:{paper}" if paper else part, other)
        fetched = self._fetched()
        for member in index.members:
            if later := fetched.get(member.paper):
                reading.leave(member, later)
            else:
                reading.take(member, chunk.path if chunk else "")
        reading.take_records_left(index.problem)
        return reading.contents

    def _fetched(self) -> dict[str, Eprint]:
        """What is read of the papers that were fetched one by one, by canonical id."""
        return {eprint.paper: eprint for part in self.eprints.values() for eprint in part}

    def _part(self, name: str, archives: list[str], chunk: Chunk | None = None) -> SourcePart:
        records = self.records.get(name, {})
        text = json.dumps([archives, [record.digest for record in records.values()]])
        papers = chunk.promise.items if chunk and chunk.promise else len(records)
        ids = frozenset(f"arxiv:{paper}" for paper in records)
        return SourcePart(name, hashlib.sha256(text.encode()).hexdigest(), papers, ids)


def _version_in(chunk: Chunk | None, record: Record | BrokenRecord | None) -> int:
    """The version of a paper that a chunk which spans it has at least; 0 where there is no such chunk."""
    if not (chunk and chunk.stored):
        return 0
    return record.versions_on(chunk.made)[0] if isinstance(record, Record) else 1


class _Order:
    """The chunks of a month, to find the one that spans an item."""

    def __init__(self, chunks: Sequence[Chunk]):
        self.chunks = chunks
        self._ordered = sorted(
            (chunk for chunk in chunks if chunk.first_item), key=lambda chunk: chunk.first_item or ""
        )
        self._firsts = [chunk.first_item or "" for chunk in self._ordered]

    def chunk_of(self, item: str) -> Chunk | None:
        """The chunk whose first and last item are around an item; None where there is none."""
        place = bisect_right(self._firsts, item)
        chunk = self._ordered[place - 1] if place else None
        return chunk if chunk and chunk.covers(item) else None


@dataclass
class _Reading:
    """A part on its way into rows. `records` shrinks as their members are met; `made` is when a chunk was."""

    month: str
    records: Records
    part: str
    made: date

    def __post_init__(self) -> None:
        self.contents = PartContents()

    def reject(self, paper_id: str, reject: Reject) -> None:
        self.contents.rejects.append(reject.row(paper_id, RAW_PAPERS.name))

    def take(self, member: Member, archive: str) -> None:
        """One member of an archive: the row of its paper, or a reject when nothing tells whose it is."""
        record = self.records.pop(member.paper, None)
        if not isinstance(record, Record):
            why = f"unreadable metadata record ({record.why})" if record else f"no metadata record within {self.part}"
            detail = f"{member.name}, {member.size} bytes: {why}"
            self.reject(f"arxiv:{member.paper}", Reject(Reason.METADATA_MISSING, detail, source_file=member.name))
            return
        contents = member.contents
        self._add(
            record.at([member.version] if member.version else record.versions_on(self.made)),
            status="withdrawn" if contents.withdrawn or record.withdrawn else "live",
            format=contents.format,
            archive=archive,
            archive_offset=member.offset,
            archive_size=member.size,
            sha256=member.sha256,
        )
        if contents.reason:
            problem = Reject(contents.reason, f"{member.name}: {contents.detail}", source_file=member.name)
            self.reject(f"arxiv:{record.paper}", problem)

    def leave(self, member: Member, later: Eprint) -> None:
        """A member of a chunk in whose place a version is read that was fetched later."""
        detail = f"{member.size} bytes; version {later.version} was fetched by itself"
        self.reject(f"arxiv:{member.paper}", Reject(Reason.SUPERSEDED, detail, source_file=member.name))

    def take_records_left(self, chunk_problem: Reject | None) -> None:
        """The records that no member was met for."""
        for record in self.records.values():
            paper_id = f"arxiv:{record.paper}"
            if isinstance(record, BrokenRecord):
                self.reject(paper_id, Reject(Reason.METADATA_MISSING, f"unreadable metadata record ({record.why})"))
            elif record.says_withdrawn:
                self._add(record, status="withdrawn")
            else:
                self._add(record)
                why = f"{self.part} cannot be used: {chunk_problem.reason}" if chunk_problem else "no archive has it"
                self.reject(paper_id, Reject(Reason.SOURCE_MISSING, why))

    def _add(self, record: Record, **columns: str | int) -> None:
        row: Row = {**dict.fromkeys(RAW_PAPERS.schema.names), **record.row(self.month), **columns}
        self.contents.papers.append(row)
        dois = (record.doi or "").split()  # several for a paper with an erratum, or in several parts
        self.contents.identify(row["paper_id"], "published_as", *map(doi_identifier, dois))
