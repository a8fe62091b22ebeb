"""Nature Communications: PMC's metadata and files of a mirror become rows, rejects and identities."""

import json
from pathlib import Path
from typing import Any

import pytest

from resources.sources.articles.pmc import PmcCell
from resources.sources.mirror import Mirror
from s1_assets.cells import Cell
from s1_assets.extraction.unpack import Package, unpack
from s1_assets_tests.resources.sources.article_mirror import article, put, read_all, reasons

NATCOMMS = '<journal-id journal-id-type="nlm-ta">Nat Commun</journal-id>'


def put_pmc(root: Path, pmcid: str, number: int, xml: bytes | None, **fields: Any) -> None:
    metadata = {
        "pmcid": pmcid,
        "version": number,
        "doi": "10.1038/s41467-024-1",
        "title": "From the metadata",
        "citation": "Nat Commun. 2024 Jan 9;15:1.",
        "is_retracted": False,
        "license_code": "CC BY",
    }
    put(root, f"pmc-oa/metadata/{pmcid}.{number}.json", json.dumps(metadata | fields))
    if xml is not None:
        put(root, f"pmc-oa/{pmcid}.{number}/{pmcid}.{number}.xml", xml)
        put(root, f"pmc-oa/{pmcid}.{number}/MediaObjects/f1.png", b"picture")


def natcomms(root: Path, month: str = "2024-01") -> PmcCell:
    return PmcCell.open(Mirror(str(root)), Cell("natcomms", month), root / "cache")


def test_versions_of_an_article_count_as_numbers_and_its_loose_files_are_one_archive(tmp_path):
    for number in (2, 10):
        put_pmc(tmp_path, "PMC1", number, article("10.1038/s41467-024-1", journal=NATCOMMS))
    contents = read_all(natcomms(tmp_path))
    [row] = contents.papers
    assert (row["paper_id"], row["version"], row["format"]) == ("natcomms:10.1038/s41467-024-1", 10, "jats")
    package = unpack(Mirror(str(tmp_path)).read(row["archive"], row["archive_offset"], row["archive_size"]))
    assert isinstance(package, Package)
    assert set(package.files) == {"PMC1.10.xml", "MediaObjects/f1.png"}
    assert reasons(contents) == [("natcomms:10.1038/s41467-024-1", "superseded")]
    assert {row["identifier"] for row in contents.identities} == {"doi:10.1038/s41467-024-1", "pmc:PMC1"}


def test_the_journal_is_the_one_that_the_article_names(tmp_path):
    other = '<journal-id journal-id-type="nlm-ta">Sci Rep</journal-id>'
    put_pmc(tmp_path, "PMC1", 1, article("10.1038/s41598-1", journal=other))
    put_pmc(tmp_path, "PMC2", 1, article("10.1038/s41598-2", journal=NATCOMMS), citation="Sci Rep. 2024 Jan 9")
    put_pmc(tmp_path, "PMC3", 1, article("10.1/x", journal=NATCOMMS), citation="Sci Rep. 2024 Jan 9", doi="10.1/x")
    assert [row["paper_id"] for row in read_all(natcomms(tmp_path)).papers] == ["natcomms:10.1038/s41598-2"]


def test_a_retracted_article_is_a_row_that_says_so(tmp_path):
    put_pmc(tmp_path, "PMC1", 1, article("10.1038/s41467-024-1", journal=NATCOMMS), is_retracted=True)
    assert [row["status"] for row in read_all(natcomms(tmp_path)).papers] == ["retracted"]


@pytest.mark.parametrize(
    ("code", "rights"),
    [("CC BY", "open"), ("TDM", "pointer_only"), ("", "pointer_only"), ("CC BY-NC", "noncommercial")],
)
def test_of_two_licences_the_stricter_one_counts(tmp_path, code, rights):
    put_pmc(tmp_path, "PMC1", 1, article("10.1038/s41467-024-1", journal=NATCOMMS), license_code=code)
    assert [row["rights"] for row in read_all(natcomms(tmp_path)).papers] == [rights]


def test_metadata_without_files_is_a_row_and_a_reject(tmp_path):
    put_pmc(tmp_path, "PMC1", 1, None)
    contents = read_all(natcomms(tmp_path))
    assert [(row["paper_id"], row["title"], row["format"]) for row in contents.papers] == [
        ("natcomms:10.1038/s41467-024-1", "From the metadata", "none")
    ]
    assert reasons(contents) == [("natcomms:10.1038/s41467-024-1", "source_missing")]


@pytest.mark.parametrize(
    ("metadata", "why"),
    [
        (b"{", "unreadable metadata (JSONDecodeError"),
        (b"\xff", "unreadable metadata (UnicodeDecodeError"),
        (b"{}", "neither citation nor DOI tells its journal"),
        (
            b'{"citation": "Nat Commun.", "pmcid": "PMC9", "version": 1}',
            "neither its citation nor its XML tells",
        ),
        (b'{"citation": "Nat Commun. 1990 Jan 9", "pmcid": "PMC9", "version": 1}', "dated 1990-01, expected a month"),
    ],
)
def test_metadata_of_an_article_of_no_month_are_told(tmp_path, metadata, why):
    put_pmc(tmp_path, "PMC1", 1, article("10.1038/s41467-024-1", journal=NATCOMMS))
    put_pmc(tmp_path, "PMC2", 1, None, citation="Sci Rep. 2024 Jan 9", doi="10.1/x")  # of another journal
    put(tmp_path, "pmc-oa/metadata/PMC9.1.json", metadata)
    cell = natcomms(tmp_path)
    [(where, reason)] = cell.inventory.examples
    assert where == "pmc-oa/metadata/PMC9.1.json"
    assert why in reason
    assert (cell.inventory.looked_at, cell.inventory.unplaced, cell.inventory.months) == (2, 1, {"2024-01"})
    assert len(read_all(cell).papers) == 1


def test_an_article_whose_xml_gives_only_a_year_is_of_the_month_that_pmc_cites(tmp_path):
    xml = article("10.1038/s41467-024-1", journal=NATCOMMS).replace(b"<day>9</day><month>1</month>", b"")
    put_pmc(tmp_path, "PMC1", 1, xml)
    assert len(read_all(natcomms(tmp_path)).papers) == 1


@pytest.mark.parametrize("odd", [{"pmcid": "../../biorxiv/PMC2"}, {"version": "1.10.2"}, {"doi": ["10.1038/s41467-2"]}])
def test_metadata_that_say_odd_things_of_an_article_stop_no_other(tmp_path, odd):
    put_pmc(tmp_path, "PMC1", 1, article("10.1038/s41467-1", journal=NATCOMMS))
    put_pmc(tmp_path, "PMC2", 1, article("10.1038/s41467-2", journal=NATCOMMS))
    path = tmp_path / "pmc-oa/metadata/PMC2.1.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | odd))
    papers = read_all(natcomms(tmp_path)).papers
    assert [row["paper_id"] for row in papers] == ["natcomms:10.1038/s41467-1", "natcomms:10.1038/s41467-2"]


def test_the_letters_case_of_a_doi_makes_no_other_paper(tmp_path):
    put_pmc(tmp_path, "PMC1", 1, article("10.1038/S41467-1", journal=NATCOMMS))
    assert [row["paper_id"] for row in read_all(natcomms(tmp_path)).papers] == ["natcomms:10.1038/s41467-1"]


def test_a_mirror_without_the_source_is_an_error_that_says_what_to_do(tmp_path):
    with pytest.raises(FileNotFoundError, match="put "):
        natcomms(tmp_path)
