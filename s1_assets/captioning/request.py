"""What a captioner is asked and what it answers; every captioner speaks these types."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Protocol, Self

from s1_assets.tables import Row


class Status(StrEnum):
    """What became of a caption."""

    ENHANCED = "enhanced"  # rewritten with what the image or the paper adds
    KEPT_RAW = "kept_raw"  # nothing usable was added; the recaption says what the raw caption says
    FAILED = "failed"  # no caption could be made; status_detail says why


@dataclass(frozen=True)
class Mention:
    """One sentence that cites the figure; `order` is its position among the sentences of the paper."""

    text: str
    section: str
    order: int


@dataclass(frozen=True)
class CaptionRequest:
    """One figure or panel with all that a captioner may read of it. `image` holds PNG or JPEG bytes."""

    pair_id: str
    paper_id: str
    image: bytes
    image_format: str
    image_sha256: str
    title: str
    abstract: str
    label: str | None
    panel: str | None
    caption: str
    subcaption: str | None
    mentions: tuple[Mention, ...]
    figure_text: tuple[str, ...]

    @classmethod
    def from_rows(cls, pair: Row, bundle: Row) -> Self:
        """The request for a row of tables.FIGURE_PAIRS with its row of tables.CONTEXT_BUNDLES."""
        return cls(
            pair_id=pair["pair_id"],
            paper_id=pair["paper_id"],
            image=pair["image"],
            image_format=pair["image_format"],
            image_sha256=pair["image_sha256"],
            title=bundle["title"] or "",
            abstract=bundle["abstract"] or "",
            label=pair["label"],
            panel=pair["panel"],
            caption=pair["caption"] or "",
            subcaption=pair["subcaption"],
            mentions=tuple(Mention(row["text"], row["section"], row["order"]) for row in bundle["mentions"] or ()),
            figure_text=tuple(pair["figure_text"] or ()),
        )


def cache_key(request: CaptionRequest, identity: Mapping[str, str]) -> str:
    """Hash of everything that decides a caption: image, context, caption and the captioner's identity.

    Ids of pair and paper do not enter, so that a figure unchanged in a new version of its paper keeps its caption.
    """
    read = asdict(request)
    for field in ("pair_id", "paper_id", "image", "image_format"):
        del read[field]
    canonical = json.dumps([read, dict(identity)], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


@dataclass(frozen=True)
class CaptionResult:
    """One answer: the columns of tables.ENHANCED_CAPTIONS but the cache key; None where a captioner has no value."""

    pair_id: str
    recaption: str
    visual: str | None
    contextual: str | None
    used_mentions: tuple[int, ...]
    status: Status
    status_detail: str | None
    attempts: int
    model: str
    model_revision: str
    prompt_id: str | None = None
    prompt_sha256: str | None = None
    decoding: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    finish_reason: str | None = None

    def row(self, cache_key: str) -> Row:
        """This answer as a row of tables.ENHANCED_CAPTIONS."""
        return {
            **asdict(self),
            "used_mentions": list(self.used_mentions),
            "status": str(self.status),
            "cache_key": cache_key,
        }


class Captioner(Protocol):
    """An engine that rewrites captions."""

    @property
    def identity(self) -> Mapping[str, str]:
        """All of the engine that decides a caption: model, revision, prompt, decoding.

        It enters the fingerprint of a part and the cache key of a row.
        """

    def caption(self, requests: Iterable[CaptionRequest]) -> Iterator[CaptionResult]:
        """One result a request, in any order, with a bounded number in flight; a bad row gives a `failed` result."""

    def statistics(self) -> Mapping[str, float]:
        """What it counted so far, by name, for the operator; a captioner that counts nothing gives nothing."""
