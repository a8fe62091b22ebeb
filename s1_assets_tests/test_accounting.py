"""Every paper and every figure of the mirrors of all sources is a pair, a reject or a tombstone: added up by hand."""

import json
from collections import Counter
from pathlib import Path, PurePosixPath

import pytest

from resources.publishers.publisher import open_publisher
from s1_assets.publishing.manifest import read_manifest
from s1_assets.publishing.verify import verify
from s1_assets.tables import FIGURE_PAIRS, RAW_PAPERS, REJECTS
from s1_assets_tests import mirrored
from s1_assets_tests.line import Line


class Books:
    """All rows of a lake that an account is made of."""

    def __init__(self, line: Line, mirrors: Path) -> None:
        self.line, self.mirrors, self.cells = line, mirrors, mirrored.cells(mirrors)
        columns = ["paper_id", "doi", "archive", "status", "format"]
        self.papers = self._rows(RAW_PAPERS, columns)
        self.pairs = self._rows(FIGURE_PAIRS, ["pair_id", "paper_id", "figure", "source_file"])
        self.rejects = self._rows(REJECTS, ["paper_id", "figure", "source_file", "stage", "reason", "detail"])

    def _rows(self, table, columns) -> list[dict]:
        return [{**row, "cell": cell} for cell in self.cells for row in self.line.lake.cell_rows(table, cell, columns)]

    def figures(self) -> dict[str, set[int]]:
        """Numbers of the figures of each paper that are pairs or rejects."""
        found: dict[str, set[int]] = {}
        for row in (*self.pairs, *self.rejects):
            if row["figure"] is not None:
                found.setdefault(f"{row['cell']} {row['paper_id']}", set()).add(row["figure"])
        return found


@pytest.fixture(scope="module")
def books(real_line, shared_data) -> Books:
    return Books(real_line, shared_data / "mirrors")


def test_every_paper_of_arxiv_is_a_row_or_a_reject(books):
    listed = {(cell, f"arxiv:{name}") for cell, name in mirrored.arxiv_papers(books.mirrors)}
    accounted = {
        (row["cell"], row["paper_id"]) for row in (*books.papers, *books.rejects) if row["cell"].source == "arxiv"
    }
    assert listed == accounted


def test_every_archive_of_a_preprint_or_article_is_that_of_a_row_or_superseded(books):
    listed = {path for _, path in mirrored.meca_archives(books.mirrors)}
    listed |= {folder for _, folder, _ in mirrored.nature_communications(books.mirrors)}
    held = {path for path in listed if (books.mirrors / path).exists()}
    rows = Counter(row["archive"] for row in books.papers if row["format"] == "jats" or row["status"] == "retracted")
    rows.update(row["source_file"] for row in books.rejects if row["stage"] == "raw_papers" and row["source_file"])
    assert rows == dict.fromkeys(held, 1)
    told = [row["detail"] for row in books.rejects if row["reason"] == "source_missing"]
    missing = [path.rstrip("/").rpartition("/")[2] for path in listed - held]
    assert missing
    assert [name for name in missing if not any(name in detail for detail in told)] == []


def test_every_record_of_a_preprint_server_is_a_row(books):
    listed = {(cell, doi.lower()) for cell, doi in mirrored.listed_preprints(books.mirrors)}
    rows = {(row["cell"], row["paper_id"].partition(":")[2].lower()) for row in books.papers}
    assert listed - rows == set()
    versions = list(mirrored.chemrxiv_records(books.mirrors))
    dois = {(row["cell"], row["doi"]) for row in books.papers}
    superseded = Counter(row["cell"] for row in books.rejects if row["reason"] == "superseded")
    unknown = Counter(cell for cell, doi in versions if (cell, doi) not in dois)
    assert unknown == {cell: count for cell, count in superseded.items() if cell.source == "chemrxiv"}


def test_every_paper_has_pairs_or_says_why_not_and_is_there_once(books):
    papers = [(row["cell"], row["paper_id"]) for row in books.papers]
    assert len(papers) == len(set(papers))
    accounted = {(row["cell"], row["paper_id"]) for row in (*books.pairs, *books.rejects)}
    assert set(papers) - accounted == set()
    assert {(row["cell"], row["paper_id"]) for row in books.pairs} - set(papers) == set()


def test_what_was_taken_back_has_no_pairs_and_leaves_a_tombstone(books):
    publisher = open_publisher(books.line.settings.publish)
    gone = {row["paper_id"]: row["status"] for row in books.papers if row["status"] != "live"}
    retracted = sum(is_retracted for _, _, is_retracted in mirrored.nature_communications(books.mirrors))
    assert Counter(gone.values())["retracted"] == retracted > 0
    assert gone.keys() & {row["paper_id"] for row in books.pairs} == set()
    withheld = {}
    for cell in books.cells:
        withheld |= read_manifest(publisher, cell).withheld
    assert withheld == gone


def test_what_is_published_are_the_pairs(books):
    publisher = open_publisher(books.line.settings.publish)
    pairs = Counter(row["cell"] for row in books.pairs)
    manifests = {cell: read_manifest(publisher, cell) for cell in books.cells}
    assert {cell: manifest.rows for cell, manifest in manifests.items()} == {cell: pairs[cell] for cell in books.cells}
    assert [fault for manifest in manifests.values() for fault in verify(publisher, manifest)] == []


def test_figures_are_numbered_without_a_gap_whatever_became_of_them(books):
    numbers = {paper: found for paper, found in books.figures().items() if found != set(range(1, len(found) + 1))}
    assert numbers == {}


def test_articles_have_as_many_figures_as_their_labels_count_each_with_all_its_files(books, shared_data):
    of_archive = {row["archive"]: row for row in books.papers if row["archive"]}
    numbers = books.figures()
    files: dict[str, set[str]] = {}
    for row in (*books.pairs, *books.rejects):
        if row["source_file"]:
            names = files.setdefault(f"{row['cell']} {row['paper_id']}", set())
            names |= {PurePosixPath(row["source_file"]).name, PurePosixPath(row["source_file"]).stem}
    checked, lost = 0, []
    for article in map(json.loads, (shared_data / "gold_jats.jsonl").read_text().splitlines()):
        row = of_archive.get(article["package"])
        if row is None or row["status"] != "live":
            assert article["expected"].startswith("skip"), article["package"]
            continue
        paper = f"{row['cell']} {row['paper_id']}"
        assert len(numbers.get(paper, ())) == len(article["figures"]), paper
        named = (
            PurePosixPath(graphic["href"]).name
            for figure in article["figures"]
            for graphic in figure["graphics"]
            if not graphic.get("alternative")
        )
        lost += [(paper, name) for name in named if not {name, PurePosixPath(name).stem} & files[paper]]
        checked += 1
    assert lost == []
    assert checked > 10
