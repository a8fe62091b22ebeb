"""The published form of one pair: one JSON-serialisable row and its image.

Rights decide what leaves, and those of a pair are the narrowest of its paper's and its figure's own: `open` goes out
whole; `noncommercial` and `no_derivatives` go out whole and say so; `pointer_only` goes out as ids, title, captions,
hashes and measurements, without its image and without other text of the paper. A paper that is not live never goes out.
"""

import hashlib
import json
import re
from typing import NamedTuple
from urllib.parse import quote

import pyarrow as pa

from s1_assets.publishing.rights import Rights, narrowest_rights
from s1_assets.tables import (
    CONTEXT_BUNDLES,
    ENHANCED_CAPTIONS,
    FIGURE_PAIRS,
    QUALITY_METRICS,
    RAW_PAPERS,
    TEXTS,
    Row,
    Table,
)

POINTER_ONLY = "pointer_only"
WHOLE = ("open", "noncommercial", "no_derivatives")
RIGHTS = (*WHOLE, POINTER_ONLY)

PAIR_ID = re.compile(r"(?P<source>[a-z]+):(?P<id>.+)#(?P<figure>[1-9][0-9]*)(?P<panel>[a-z]*)", re.DOTALL)


class Sample(NamedTuple):
    """One pair as it is published. `image` is None where the rights allow no copy of it."""

    record: Row
    image: bytes | None


def _own(name: str, kind: pa.DataType, meaning: str) -> pa.Field:
    return pa.field(name, kind, metadata={"meaning": meaning})


def _from(table: Table, *columns: str) -> list[pa.Field]:
    return [table.schema.field(column) for column in columns]


LINEAGE = pa.struct(
    [
        *_from(RAW_PAPERS, "archive"),
        _own("archive_sha256", pa.string(), "SHA-256 of the paper's bytes as the source gave them"),
        *_from(FIGURE_PAIRS, "route"),
        *_from(ENHANCED_CAPTIONS, "model", "model_revision", "prompt_id", "prompt_sha256", "decoding", "cache_key"),
    ]
)
METRICS = pa.struct([field for field in QUALITY_METRICS.schema if field.name != "pair_id"])

# Where a row's image lies; filled in when the shards are written, null where the image is not published.
LOCATION = [
    _own("shard", pa.string(), "path of the WebDataset tar that holds the image"),
    _own("image_file", pa.string(), "name of the image in that tar"),
    _own("image_offset", pa.int64(), "first byte of the image in that tar"),
    _own("image_bytes", pa.int64(), "number of bytes of the image"),
]

PUBLISHED_PAIRS = Table(
    "published_pairs",
    ("pair_id",),
    pa.schema(
        [
            _own("key", pa.string(), "pair_id as a file name without dots: the WebDataset key"),
            *_from(FIGURE_PAIRS, "pair_id", "paper_id"),
            *_from(RAW_PAPERS, "source", "month", "version", "title", "authors", "doi"),
            _own("identifiers", TEXTS, "other names of the same work, as in the table identities"),
            *_from(RAW_PAPERS, "license"),
            _own(
                "rights",
                pa.string(),
                "open, noncommercial, no_derivatives or pointer_only: of paper and figure the narrowest",
            ),
            *_from(FIGURE_PAIRS, "permissions"),
            *_from(RAW_PAPERS, "status", "discipline", "categories"),
            *_from(FIGURE_PAIRS, "figure", "panel", "label", "caption", "subcaption"),
            *_from(ENHANCED_CAPTIONS, "recaption", "visual", "contextual"),
            _own("recaption_status", pa.string(), "enhanced, kept_raw or failed"),
            *_from(ENHANCED_CAPTIONS, "used_mentions"),
            *_from(CONTEXT_BUNDLES, "mentions", "context_sha256"),
            *_from(FIGURE_PAIRS, "figure_text", "image_sha256", "phash", "width", "height", "image_format"),
            *_from(FIGURE_PAIRS, "source_file", "page"),
            _own("content_sha256", pa.string(), "SHA-256 over rights, title, captions and image: changes when they do"),
            _own("lineage", LINEAGE, "how the pair was made"),
            _own("metrics", METRICS, "measurements; null means not measured"),
            *LOCATION,
        ]
    ),
    "One row a published pair.",
)


def sample_key(pair_id: str) -> str:
    """The pair's name in a shard, one to one with `pair_id`: `arxiv:2401.00001#3b` gives `arxiv-2401_00001-003b`.

    A WebDataset key ends at the first dot, so dots become `_`; `/` becomes `~`; every other character but letters,
    digits and `-` is percent-encoded with `=` for `%`. Raises ValueError when `pair_id` is none.
    """
    match = PAIR_ID.fullmatch(pair_id)
    if match is None:
        raise ValueError(f"{pair_id!r} is no pair_id; expected <source>:<id>#<figure> or <source>:<id>#<figure><panel>")
    # quote() leaves letters, digits and "-._~"; the three that get a meaning of their own are encoded by hand.
    quoted = quote(match["id"], safe="/").replace("_", "%5F").replace("~", "%7E")
    name = quoted.replace(".", "_").replace("/", "~").replace("%", "=")
    return f"{match['source']}-{name}-{int(match['figure']):03d}{match['panel']}"


def make_sample(paper: Row, pair: Row, bundle: Row, caption: Row, metrics: Row) -> Sample:
    """Joins the rows of one pair, as the lake's tables hold them, into its published form.

    Raises ValueError for a paper that is not live, and for rights that are none of `RIGHTS`.
    """
    pair_id = pair["pair_id"]
    if paper["status"] != "live":
        raise ValueError(f"{pair_id}: its paper is {paper['status']} and must not be published")
    rights = _narrowest(pair_id, paper["rights"], pair["rights"])
    columns = paper | bundle | caption | pair
    record = {field.name: columns.get(field.name) for field in PUBLISHED_PAIRS.schema}
    for field in LOCATION:
        del record[field.name]
    record |= {
        "key": sample_key(pair_id),
        "title": paper["title"] or bundle["title"],
        "rights": rights,
        "status": paper["status"],
        "recaption_status": caption["status"],
        "lineage": {field.name: columns.get(field.name) for field in LINEAGE} | {"archive_sha256": paper["sha256"]},
        "metrics": {field.name: metrics.get(field.name) for field in METRICS},
    }
    record["content_sha256"] = _content_sha256(record)
    if rights == POINTER_ONLY:
        return Sample(record | {"mentions": None, "figure_text": None}, None)
    return Sample(record, pair["image"])


def _narrowest(pair_id: str, of_paper: Rights, of_figure: Rights | None) -> Rights:
    """The rights in a pair. A figure may be another's, shown by permission: its paper's licence does not open it."""
    stated = [of_paper] if of_figure is None else [of_paper, of_figure]
    for rights in stated:
        if rights not in RIGHTS:
            raise ValueError(f"{pair_id}: rights {rights!r} are none of {', '.join(RIGHTS)}")
    return narrowest_rights(stated)


def _content_sha256(record: Row) -> str:
    parts = [record[name] for name in ("rights", "title", "caption", "subcaption", "recaption", "image_sha256")]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
