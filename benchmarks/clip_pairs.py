"""Pairs to score, as the quality stage finds them in a lake, and CLIP models of random weights to score them with."""

import hashlib
import io
import json
from collections.abc import Iterable, Mapping
from itertools import islice
from pathlib import Path
from random import Random

from PIL import Image

from benchmarks.caption_requests import paper_rows
from resources.lake import Lake, PartWriter
from s1_assets.cells import Cell
from s1_assets.stage import Part, Stage
from s1_assets.tables import CONTEXT_BUNDLES, ENHANCED_CAPTIONS, FIGURE_PAIRS, QUALITY_METRICS, Row

RECAPTION_CHARS = (508, 1010)  # one standard deviation on either side of the S1-MMAlign paper's mean of 759
STAGE = Stage(QUALITY_METRICS, version="1", side_tables=())
# The smallest that reads as many tokens as CLIP does; 24 x 24 pixels.
TINY_CLIP = {
    "embed_dim": 32,
    "vision_cfg": {"image_size": 24, "layers": 1, "width": 32, "head_width": 16, "patch_size": 8},
    "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 1},
}
Joined = tuple[Row, Row, Row]  # of tables.FIGURE_PAIRS, CONTEXT_BUNDLES and ENHANCED_CAPTIONS


def figure_pairs(cell: Cell, pairs: int) -> Iterable[Joined]:
    """Charts of about 1000 x 700 pixels with captions of a few sentences and recaptions as long as the paper's."""
    papers = (paper_rows(cell, number) for number in range(pairs))
    return islice(((pair, context, _caption(pair, context)) for rows in papers for pair, context in rows), pairs)


def small_pairs(cell: Cell, pairs: int) -> Iterable[Joined]:
    """Thumbnails of noise with short texts, in which every pair has some words that no other has."""
    for number in range(pairs):
        random = Random(f"{cell} {number}")
        paper_id = f"{cell.source}:{cell.month}.{number // 4:05d}"
        pair_id = f"{paper_id}#{number % 4 + 1}"
        content = io.BytesIO()
        Image.frombytes("RGB", (40, 30), random.randbytes(40 * 30 * 3)).save(content, "PNG")
        words = ["".join(random.choices("abcdeilmnorstu", k=random.randint(3, 9))) for _ in range(30)]
        pair = {"pair_id": pair_id, "paper_id": paper_id, "caption": " ".join(words[:8]), "image": content.getvalue()}
        yield pair, {"pair_id": pair_id, "paper_id": paper_id}, _answer(pair_id, " ".join(words[8:]))


def write_cell(lake: Lake, cell: Cell, joined: Iterable[Joined]) -> list[Part]:
    """Writes the rows as one part of a cell; returns it as upstream of the quality stage."""
    tables = (FIGURE_PAIRS, CONTEXT_BUNDLES, ENHANCED_CAPTIONS)
    writers = [PartWriter(lake, {table: lake.path(table, cell, "part-00000")}) for table in tables]
    for rows in joined:
        for table, writer, row in zip(tables, writers, rows, strict=True):
            writer.append({table.name: [row]})
    for writer in writers:
        writer.commit(fingerprint=str(cell), stats={})
    return [Part.of(file) for file in lake.parts(ENHANCED_CAPTIONS, cell)]


def write_weights(path: Path, architecture: str, seed: int = 0) -> None:
    """Random weights of an architecture, a name of open_clip's or a configuration file, as .safetensors."""
    import open_clip
    import torch
    from safetensors.torch import save_file

    if architecture.endswith(".json"):
        open_clip.add_model_config(architecture)
    torch.manual_seed(seed)
    save_file(open_clip.create_model(Path(architecture).stem).state_dict(), path)


def write_config(path: Path, config: Mapping[str, object]) -> None:
    """A configuration file of open_clip."""
    path.write_text(json.dumps(config))


def _caption(pair: Row, context: Row) -> Row:
    random = Random(f"recaption of {pair['pair_id']}")
    wanted = random.randint(*RECAPTION_CHARS)
    sentences = [mention["text"] for mention in context["mentions"]] + context["abstract"].split(". ")
    random.shuffle(sentences)
    text = ". ".join(sentence.rstrip(".") for sentence in sentences)
    return _answer(pair["pair_id"], text[:wanted].rpartition(" ")[0] + ".")


def _answer(pair_id: str, recaption: str) -> Row:
    return {
        "pair_id": pair_id,
        "recaption": recaption,
        "status": "enhanced",
        "cache_key": hashlib.sha256(recaption.encode()).hexdigest(),
    }
