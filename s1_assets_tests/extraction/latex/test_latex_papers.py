"""Real papers, labelled by reading their sources: what the reader finds of them."""

import gzip
import io
import json
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest
from rapidfuzz import fuzz

from s1_assets.extraction.document import Document
from s1_assets.extraction.latex.read import read_latex


def files_of(member: bytes) -> dict[str, bytes]:
    """The files of one submission: a compressed tar, or a compressed TeX file."""
    content = gzip.decompress(member)
    try:
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            return {
                entry.name.lstrip("/"): extracted.read()
                for entry in archive
                if entry.isfile() and (extracted := archive.extractfile(entry)) is not None
            }
    except tarfile.ReadError:
        return {"main.tex": content}


def papers(shared: Path) -> Iterator[tuple[dict, Document]]:
    """Every labelled paper with what the reader makes of its main document."""
    mirror = shared / "mirrors" / "arxiv"
    rows = [line.split("\t") for line in (mirror / "IDS.tsv").read_text().splitlines()[1:]]
    place = {row[0]: (row[2], row[3]) for row in rows}
    for line in (shared / "gold_latex.jsonl").read_text().splitlines():
        gold = json.loads(line)
        archive, member = place[gold["paper"]]
        with tarfile.open(mirror / archive) as chunk:
            extracted = chunk.extractfile(member)
            assert extracted is not None
            yield gold, read_latex(files_of(extracted.read()))


def likeness(expected: str, found: str) -> float:
    """Likeness of two texts in percent: letters and digits only, because the labels keep author macros in formulae."""
    first, second = (re.sub(r"\\[a-z]+|[^0-9a-z]", "", text.lower()) for text in (expected, found))
    return fuzz.partial_ratio(first, second) if first and second else 100.0 * (first == second)


@pytest.fixture(scope="module")
def labelled(shared_data: Path) -> list[tuple[dict, Document]]:
    return list(papers(shared_data))


def test_every_figure_is_found_with_its_caption_and_files(labelled):
    for gold, document in labelled:
        assert len(document.figures) == len(gold["figures"]), gold["paper"]
        for expected, figure in zip(gold["figures"], document.figures, strict=True):
            assert likeness(expected["caption"], figure.caption) > 97, (gold["paper"], figure.number)
            files = [PurePosixPath(panel["file"] or panel["as_written"]).name for panel in expected["panels"]]
            assert [PurePosixPath(graphic.file).name for graphic in figure.graphics] == files


def test_every_labelled_mention_stands_in_a_passage_that_points_to_its_figure(labelled):
    for gold, document in labelled:
        for expected in gold["figures"]:
            texts = [p.text for p in document.passages if any(a.figure == expected["order"] for a in p.anchors)]
            for mention in expected["mentions"]:
                if "[REF]" in mention:
                    assert max(likeness(mention, text) for text in texts) > 95, (gold["paper"], mention)


def test_titles_are_read(labelled):
    for gold, document in labelled:
        assert fuzz.ratio(gold["title"].lower(), document.title.lower()) > 90, gold["paper"]
