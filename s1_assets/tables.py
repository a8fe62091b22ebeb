"""Every table of the lake: its columns, their types and what they mean, once.

Writers build their Parquet files from these schemas and readers rely on them; nothing else in the
project lists columns. The hive columns `source` and `month` come from the folder, not from the files,
except in `raw_papers`, whose rows carry what their paper says of itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

Row = dict[str, Any]

TEXTS = pa.list_(pa.string())
UNGROUNDED = pa.list_(
    pa.struct([("kind", pa.string()), ("text", pa.string()), ("start", pa.int32()), ("end", pa.int32())])
)
MENTIONS = pa.list_(pa.struct([("text", pa.string()), ("section", pa.string()), ("order", pa.int32())]))
ANCHORS = pa.list_(
    pa.struct([("start", pa.int32()), ("end", pa.int32()), ("figure", pa.int32()), ("panel", pa.string())])
)


@dataclass(frozen=True)
class Table:
    """One table: its name in the lake, the columns that identify a row, and its schema with each column's meaning."""

    name: str
    key: tuple[str, ...]
    schema: pa.Schema
    meaning: str

    def columns(self) -> list[tuple[str, str, str]]:
        """(name, type, meaning) of every column, in file order."""
        return [(f.name, str(f.type), f.metadata[b"meaning"].decode()) for f in self.schema]


def _table(name: str, key: str, meaning: str, columns: Iterable[tuple[str, pa.DataType, str]]) -> Table:
    fields = [pa.field(column, kind, metadata={"meaning": text}) for column, kind, text in columns]
    return Table(name, tuple(key.split()), pa.schema(fields), meaning)


RAW_PAPERS = _table(
    "raw_papers",
    "paper_id",
    "One row a paper: what its source says of it and where its archive lies.",
    [
        ("paper_id", pa.string(), "<source>:<id>, free of collisions across sources and id styles"),
        ("source", pa.string(), "arxiv, biorxiv, medrxiv, ..."),
        ("month", pa.string(), "YYYY-MM of the cell"),
        ("version", pa.int32(), "version of the paper that the archive holds"),
        ("title", pa.string(), "title as plain text"),
        ("abstract", pa.string(), "abstract as plain text"),
        ("authors", TEXTS, "names, given name first"),
        ("categories", TEXTS, "the source's own subject tags, primary first"),
        ("discipline", pa.string(), "physics, computer science, astronomy, biology, mathematics or others"),
        ("doi", pa.string(), "DOI of the published work, if known"),
        ("license", pa.string(), "licence URL as the source gives it"),
        ("rights", pa.string(), "open, noncommercial, no_derivatives or pointer_only"),
        ("status", pa.string(), "live, withdrawn or retracted"),
        ("submitted", pa.date32(), "date of the first version"),
        ("updated", pa.date32(), "date of this version"),
        ("format", pa.string(), "latex, jats, pdf, html or none"),
        ("archive", pa.string(), "path of the archive under the mirror"),
        ("archive_offset", pa.int64(), "first byte of the paper's bytes in the archive"),
        ("archive_size", pa.int64(), "number of the paper's bytes"),
        ("sha256", pa.string(), "SHA-256 of those bytes"),
    ],
)

IDENTITIES = _table(
    "identities",
    "paper_id relation identifier",
    "Under which other names the same work is known; written with raw_papers, read by the release.",
    [
        ("paper_id", pa.string(), "paper"),
        ("relation", pa.string(), "same (a name of this very paper), version_of, published_as or has_preprint"),
        ("identifier", pa.string(), "what it relates to: doi:10.… in lower case, pmc:PMC…, pmid:…, arxiv:…"),
    ],
)

FIGURE_PAIRS = _table(
    "figure_pairs",
    "pair_id",
    "One row a graphic: a figure of one file gives one row, a figure of several files one row a panel.",
    [
        ("pair_id", pa.string(), "<paper_id>#<figure> or <paper_id>#<figure><panel>"),
        ("paper_id", pa.string(), "paper the figure belongs to"),
        ("figure", pa.int32(), "1-based position of the figure in reading order"),
        ("panel", pa.string(), "null, or a, b, ... when the figure has several files"),
        ("label", pa.string(), "the printed label, such as Figure 3, when it can be derived"),
        ("anchors", TEXTS, "the source's own names for the figure or panel (\\label keys, XML ids)"),
        ("caption", pa.string(), "main caption as plain text; maths as $...$, citations [CITE], references [REF]"),
        ("subcaption", pa.string(), "the panel's own caption, if it has one"),
        ("image", pa.binary(), "PNG or JPEG bytes"),
        ("image_format", pa.string(), "png or jpeg"),
        ("width", pa.int32(), "pixels"),
        ("height", pa.int32(), "pixels"),
        ("image_sha256", pa.string(), "SHA-256 of image"),
        ("phash", pa.string(), "64-bit perceptual hash, hexadecimal"),
        ("source_file", pa.string(), "path of the graphic, or the TeX file with the drawing, in the paper's archive"),
        ("page", pa.int32(), "1-based page of source_file, where it has pages"),
        ("bbox", pa.list_(pa.float32()), "x0, y0, x1, y1 in points on that page, for crops"),
        ("route", pa.string(), "latex, jats or pdf"),
        ("figure_text", TEXTS, "words of a vector figure's own text layer, in reading order"),
        ("rights", pa.string(), "what is stated for this figure alone, as in raw_papers; null where nothing is"),
        ("permissions", pa.string(), "that statement as plain text, at most 500 characters"),
    ],
)

PASSAGES = _table(
    "passages",
    "paper_id order",
    "Paragraphs that cite a figure, the same for every route; written with figure_pairs, read by context_bundles.",
    [
        ("paper_id", pa.string(), "paper the paragraph belongs to"),
        ("order", pa.int32(), "0-based position of the paragraph in the paper"),
        ("section", pa.string(), "titles of the enclosing sections, outermost first, joined by ' > '"),
        ("text", pa.string(), "the paragraph as plain text, references as [REF]"),
        ("anchors", ANCHORS, "references to figures: character span in text, figure, and panel when it is named"),
    ],
)

REJECTS = _table(
    "rejects",
    "paper_id figure source_file",
    "Every paper or figure that did not make it, with why.",
    [
        ("paper_id", pa.string(), "paper, or the archive's name when no paper could be told apart"),
        ("figure", pa.int32(), "figure in reading order, null for a whole paper or a graphic outside a figure"),
        ("source_file", pa.string(), "file at fault, if one is"),
        ("stage", pa.string(), "stage that rejected it"),
        ("reason", pa.string(), "a value of rejects.Reason"),
        ("detail", pa.string(), "what was found, for a reader"),
    ],
)

CONTEXT_BUNDLES = _table(
    "context_bundles",
    "pair_id",
    "What the paper says about each figure.",
    [
        ("pair_id", pa.string(), "pair the context belongs to"),
        ("paper_id", pa.string(), "paper"),
        ("title", pa.string(), "title of the paper"),
        ("abstract", pa.string(), "abstract of the paper"),
        ("mentions", MENTIONS, "complete sentences that cite the figure, in reading order"),
        ("context_sha256", pa.string(), "SHA-256 of title, abstract and mentions"),
    ],
)

ENHANCED_CAPTIONS = _table(
    "enhanced_captions",
    "pair_id",
    "The rewritten caption of each pair and how it was made.",
    [
        ("pair_id", pa.string(), "pair"),
        ("recaption", pa.string(), "the rewritten caption"),
        ("visual", pa.string(), "what the image shows, when the captioner looks at it"),
        ("contextual", pa.string(), "what the paper says of it"),
        ("used_mentions", pa.list_(pa.int32()), "order of the mentions that the recaption draws on"),
        ("status", pa.string(), "enhanced, kept_raw or failed"),
        ("status_detail", pa.string(), "why it is not enhanced, else null"),
        ("attempts", pa.int32(), "answers asked for"),
        ("model", pa.string(), "model id, or extractive"),
        ("model_revision", pa.string(), "revision of the model or of the rules"),
        ("prompt_id", pa.string(), "prompt, if one was used"),
        ("prompt_sha256", pa.string(), "hash of the prompt file"),
        ("decoding", pa.string(), "decoding settings as JSON"),
        ("prompt_tokens", pa.int32(), "tokens read"),
        ("completion_tokens", pa.int32(), "tokens written"),
        ("finish_reason", pa.string(), "why the model stopped"),
        ("cache_key", pa.string(), "hash of image, context, prompt, model and decoding"),
    ],
)

QUALITY_METRICS = _table(
    "quality_metrics",
    "pair_id",
    "Measurements of each pair; null means not measured.",
    [
        ("pair_id", pa.string(), "pair"),
        ("caption_chars", pa.int32(), "characters of the raw caption, subcaption included"),
        ("recaption_chars", pa.int32(), "characters of the recaption"),
        ("clip_raw", pa.float32(), "CLIP cosine of image and raw caption"),
        ("clip_recaption", pa.float32(), "CLIP cosine of image and recaption"),
        ("clip_coverage", pa.float32(), "share of the recaption's tokens that the text encoder read"),
        (
            "clip_raw_windows",
            pa.float32(),
            "mean CLIP cosine of image and the windows that cover the whole raw caption",
        ),
        ("clip_recaption_windows", pa.float32(), "the same for the recaption"),
        (
            "clip_matched",
            pa.float32(),
            "CLIP cosine of image and the recaption cut to as many tokens as the raw caption has",
        ),
        ("clip_shuffled", pa.float32(), "CLIP cosine of image and the recaption of a pair of another paper"),
        ("pppl_raw", pa.float32(), "pseudo-perplexity of the raw caption"),
        ("pppl_recaption", pa.float32(), "pseudo-perplexity of the recaption"),
        (
            "numbers_grounded",
            pa.float32(),
            "share of the recaption's numbers found in caption, context or figure_text; null without numbers",
        ),
        (
            "ungrounded",
            UNGROUNDED,
            "numbers, units, panels, acronyms and symbols of the recaption that no source holds",
        ),
        (
            "copied_share",
            pa.float32(),
            "share of the recaption's words in runs copied from caption, mentions or abstract",
        ),
        ("flags", TEXTS, "what a curator should look at, such as ungrounded_number:3.7"),
    ],
)

PUBLISHED_SHARDS = _table(
    "published_shards",
    "file",
    "Every file that was published for a cell.",
    [
        ("file", pa.string(), "path under the publishing target"),
        ("kind", pa.string(), "webdataset, jsonl, parquet or manifest"),
        ("rows", pa.int64(), "pairs in the file"),
        ("bytes", pa.int64(), "size of the file"),
        ("sha256", pa.string(), "SHA-256 of the file"),
        ("xet_hash", pa.string(), "Xet hash of the file"),
    ],
)

# The tables that are made part by part, each from the one before.
LINE = (RAW_PAPERS, FIGURE_PAIRS, CONTEXT_BUNDLES, ENHANCED_CAPTIONS, QUALITY_METRICS)

TABLES = (
    RAW_PAPERS,
    IDENTITIES,
    FIGURE_PAIRS,
    PASSAGES,
    REJECTS,
    CONTEXT_BUNDLES,
    ENHANCED_CAPTIONS,
    QUALITY_METRICS,
    PUBLISHED_SHARDS,
)
