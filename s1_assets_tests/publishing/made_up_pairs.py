"""Papers, pairs and images that the publishing tests share: made up here, rows as the lake's tables hold them."""

import hashlib
import io
from collections.abc import Iterator, Sequence

from PIL import Image, ImageDraw

from s1_assets.cells import Cell
from s1_assets.publishing.record import Sample, make_sample
from s1_assets.tables import Row

CELL = Cell("arxiv", "2024-01")
FINGERPRINT = hashlib.sha256(b"first").hexdigest()


def drawn_image(text: str, kind: str = "PNG", size: tuple[int, int] = (96, 64)) -> bytes:
    """A small picture that differs with `text`."""
    picture = Image.new("RGB", size, "white")
    ImageDraw.Draw(picture).text((4, 4), text, fill="black")
    buffer = io.BytesIO()
    picture.save(buffer, kind)
    return buffer.getvalue()


def paper_row(paper_id: str = "arxiv:2401.00001", **columns: object) -> Row:
    """A row of raw_papers."""
    source = paper_id.partition(":")[0]
    row: Row = {
        "paper_id": paper_id,
        "source": source,
        "month": "2024-01",
        "version": 1,
        "title": f"On the paper {paper_id}",
        "authors": ["Ada Example", "Émile Exemple"],
        "categories": ["hep-th", "math-ph"],
        "discipline": "physics",
        "doi": None,
        "identifiers": [],
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "rights": "open",
        "status": "live",
        "archive": "arxiv/src/arXiv_src_2401_001.tar",
        "sha256": "ab" * 32,
    }
    return row | columns


def pair_row(paper_id: str, figure: int, panel: str | None = None, kind: str = "PNG", **columns: object) -> Row:
    """A row of figure_pairs."""
    pair_id = f"{paper_id}#{figure}{panel or ''}"
    image = drawn_image(pair_id, kind)
    row: Row = {
        "pair_id": pair_id,
        "paper_id": paper_id,
        "figure": figure,
        "panel": panel,
        "label": f"Figure {figure}",
        "caption": f"The decay rate $\\Gamma$ over time, figure {figure} [CITE].",
        "subcaption": f"Panel {panel}." if panel else None,
        "image": image,
        "image_format": kind.lower(),
        "width": 96,
        "height": 64,
        "image_sha256": hashlib.sha256(image).hexdigest(),
        "phash": "8f00ff00ff00ff01",
        "source_file": f"figures/{figure}.pdf",
        "page": 1,
        "route": "latex",
        "figure_text": ["time", "rate"],
        "rights": None,
        "permissions": None,
    }
    return row | columns


def sample_of(paper: Row, pair: Row, recaption: str = "The rate falls over time, as the paper says.") -> Sample:
    """The sample of a pair whose caption was rewritten to `recaption`."""
    pair_id = pair["pair_id"]
    bundle = {
        "pair_id": pair_id,
        "paper_id": paper["paper_id"],
        "title": paper["title"],
        "abstract": "We measure a rate.",
        "mentions": [{"text": "The rate falls, see [REF].", "section": "Results", "order": 4}],
        "context_sha256": "cd" * 32,
    }
    caption = {
        "pair_id": pair_id,
        "recaption": recaption,
        "contextual": recaption,
        "status": "enhanced",
        "used_mentions": [4],
        "model": "extractive",
        "model_revision": "1",
        "decoding": "{}",
        "cache_key": "ef" * 32,
    }
    metrics = {
        "pair_id": pair_id,
        "caption_chars": len(pair["caption"]),
        "recaption_chars": len(recaption),
        "numbers_grounded": 1.0,
        "flags": [],
    }
    return make_sample(paper, pair, bundle, caption, metrics)


def cell_samples(papers: Sequence[Row], figures: int = 2) -> Iterator[Sample]:
    """`figures` figures of each paper; the second has two panels and is a JPEG."""
    for paper in papers:
        for figure in range(1, figures + 1):
            for panel in ("a", "b") if figure == 2 else (None,):
                kind = "JPEG" if figure == 2 else "PNG"
                yield sample_of(paper, pair_row(paper["paper_id"], figure, panel, kind))
