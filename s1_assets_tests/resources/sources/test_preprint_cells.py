"""ChemRxiv and the servers on OSF: records and PDFs of a mirror become rows, rejects and identities."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from resources.sources.mirror import Mirror
from resources.sources.part import PartContents
from resources.sources.preprints.cell import PreprintCell
from resources.sources.preprints.record import plain_text
from s1_assets.cells import Cell
from s1_assets.tables import IDENTITIES, RAW_PAPERS

PDF = b"%PDF-1.7 made up"
CC_BY = "https://creativecommons.org/licenses/by/4.0/"


def work(doi: str, day: tuple[int, int, int] = (2024, 3, 5), **fields: Any) -> dict[str, Any]:
    return {
        "DOI": doi,
        "posted": {"date-parts": [list(day)]},
        "title": ["On <i>things</i>"],
        "abstract": "<jats:title>Abstract</jats:title><jats:p>H<jats:sub>2</jats:sub>O &lt; 3.</jats:p>",
        "author": [{"given": "Ada", "family": "Example"}, {"name": "The Group"}],
        "license": [{"URL": CC_BY}],
        "group-title": "Chemistry",
        "relation": {},
    } | fields


def resource(name: str, day: str = "2024-03-05", **attributes: Any) -> dict[str, Any]:
    contributors = [
        {
            "attributes": {"index": index, "bibliographic": credited},
            "embeds": {"users": {"data": {"attributes": {"full_name": full_name}}}},
        }
        for index, full_name, credited in ((1, "Bea Beispiel", True), (0, "Ada Example", True), (2, "A Helper", False))
    ]
    return {
        "id": name,
        "type": "preprints",
        "attributes": {
            "title": "On minds",
            "description": "What we found.",
            "date_published": f"{day}T10:00:00.000000",
            "doi": None,
            "subjects": [[{"id": "1", "text": "Social and Behavioral Sciences"}, {"id": "2", "text": "Memory"}]],
        }
        | attributes,
        "links": {"preprint_doi": f"https://doi.org/10.31234/osf.io/{name.partition('_')[0]}"},
        "embeds": {
            "contributors": {"data": contributors},
            "license": {"data": {"attributes": {"name": "CC-By Attribution 4.0 International", "url": CC_BY}}},
        },
    }


def planned(root: Path, source: str, records: list[Any], pdfs: dict[str, bytes]) -> PreprintCell:
    path = root / source / ("works.jsonl" if source == "chemrxiv" else "preprints.jsonl")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(one if isinstance(one, str) else json.dumps(one) for one in records))
    for name, content in pdfs.items():
        (path.parent / "pdf").mkdir(exist_ok=True)
        (path.parent / "pdf" / name).write_bytes(content)
    return PreprintCell.open(Mirror(str(root)), Cell(source, "2024-03"), root / "cache")


def read_all(cell: PreprintCell) -> PartContents:
    contents = PartContents()
    for part in cell.parts():
        found = cell.read(part.name)
        contents.papers += found.papers
        contents.rejects += found.rejects
        contents.identities += found.identities
    pa.Table.from_pylist(contents.papers, schema=RAW_PAPERS.schema)
    pa.Table.from_pylist(contents.identities, schema=IDENTITIES.schema)
    return contents


@pytest.mark.parametrize(
    ("doi", "paper", "version", "file"),
    [
        ("10.26434/chemrxiv.9900001.v2", "10.26434/chemrxiv.9900001", 2, "chemrxiv.9900001.v2.pdf"),
        ("10.26434/chemrxiv-2024-ab3de", "10.26434/chemrxiv-2024-ab3de", 1, "chemrxiv-2024-ab3de.pdf"),
        ("10.26434/chemrxiv-2024-AB3DE-v3", "10.26434/chemrxiv-2024-ab3de", 3, "chemrxiv-2024-ab3de-v3.pdf"),
        ("10.26434/chemrxiv.99000001/v1", "10.26434/chemrxiv.99000001", 1, "chemrxiv.99000001_v1.pdf"),
    ],
)
def test_a_chemrxiv_doi_of_any_shape_names_preprint_version_and_file(tmp_path, doi, paper, version, file):
    contents = read_all(planned(tmp_path, "chemrxiv", [work(doi)], {file: PDF}))
    [row] = contents.papers
    assert (row["paper_id"], row["version"], row["archive"]) == (f"chemrxiv:{paper}", version, f"chemrxiv/pdf/{file}")
    assert (row["format"], row["sha256"]) == ("pdf", hashlib.sha256(PDF).hexdigest())
    assert (row["title"], row["abstract"]) == ("On things", "H2O < 3.")
    assert row["authors"] == ["Ada Example", "The Group"]
    assert (row["license"], row["rights"], row["status"]) == (CC_BY, "open", "live")


def test_the_newest_version_of_a_month_is_the_row_and_the_older_one_is_told(tmp_path):
    versions = [work("10.26434/chemrxiv-2024-a", (2024, 3, 5)), work("10.26434/chemrxiv-2024-a-v2", (2024, 3, 20))]
    pdfs = {"chemrxiv-2024-a.pdf": PDF, "chemrxiv-2024-a-v2.pdf": PDF}
    cell = planned(tmp_path, "chemrxiv", versions, pdfs)
    assert [part.name for part in cell.parts()] == ["chemrxiv_2024-03-05", "chemrxiv_2024-03-20"]
    contents = read_all(cell)
    assert [row["version"] for row in contents.papers] == [2]
    assert [(row["paper_id"], row["reason"]) for row in contents.rejects] == [
        ("chemrxiv:10.26434/chemrxiv-2024-a", "superseded")
    ]


def test_a_newer_version_remakes_the_day_of_the_older_one(tmp_path):
    first = work("10.26434/chemrxiv-2024-a", (2024, 3, 5))
    other = work("10.26434/chemrxiv-2024-b", (2024, 3, 6))
    before = {part.name: part.version for part in planned(tmp_path, "chemrxiv", [first, other], {}).parts()}
    second = work("10.26434/chemrxiv-2024-a-v2", (2024, 3, 20))
    after = {part.name: part.version for part in planned(tmp_path, "chemrxiv", [first, other, second], {}).parts()}
    assert {name for name in before if before[name] != after[name]} == {"chemrxiv_2024-03-05"}


@pytest.mark.parametrize(
    ("records", "pdfs", "reason"),
    [
        ([work("10.26434/chemrxiv-2024-a")], {}, "source_missing"),
        ([work("10.26434/chemrxiv-2024-a")], {"chemrxiv-2024-a.pdf": b"<!DOCTYPE html>"}, "archive_unreadable"),
        ([work("10.26434/chemrxiv-2024-a")], {"chemrxiv-2024-a.pdf": b""}, "archive_unreadable"),
        ([work("10.1000/another-publisher")], {}, "metadata_missing"),
        ([work("10.26434/chemrxiv-2024-a", author=["no object"])], {}, "metadata_missing"),
    ],
)
def test_what_cannot_be_used_is_a_reject_with_its_reason(tmp_path, records, pdfs, reason):
    contents = read_all(planned(tmp_path, "chemrxiv", records, pdfs))
    assert [row["reason"] for row in contents.rejects] == [reason]
    assert all(row["format"] == "none" for row in contents.papers)


def test_lines_that_are_no_records_stop_nothing(tmp_path):
    cell = planned(tmp_path, "chemrxiv", ["{", "[1]", json.dumps(work("10.26434/chemrxiv-2024-a"))], {})
    assert [row["paper_id"] for row in read_all(cell).papers] == ["chemrxiv:10.26434/chemrxiv-2024-a"]


def test_a_withdrawn_preprint_is_a_row_that_says_so(tmp_path):
    records = [work("10.26434/chemrxiv-2024-a", title=["Withdrawn: On things"])]
    contents = read_all(planned(tmp_path, "chemrxiv", records, {}))
    assert [(row["status"], row["format"]) for row in contents.papers] == [("withdrawn", "none")]
    assert contents.rejects == []


def test_the_same_work_elsewhere_is_recorded(tmp_path):
    relation = {
        "is-preprint-of": [{"id": "10.1021/ACS.test.1", "id-type": "doi"}],
        "is-version-of": [{"id": "10.26434/chemrxiv-2024-a", "id-type": "doi"}],
        "references": [{"id": "10.1/other", "id-type": "doi"}],
    }
    contents = read_all(planned(tmp_path, "chemrxiv", [work("10.26434/chemrxiv-2024-a-v2", relation=relation)], {}))
    assert {(row["relation"], row["identifier"]) for row in contents.identities} == {
        ("same", "doi:10.26434/chemrxiv-2024-a-v2"),
        ("published_as", "doi:10.1021/acs.test.1"),
        ("version_of", "doi:10.26434/chemrxiv-2024-a"),
    }


@pytest.mark.parametrize(("name", "version"), [("ab3de", 1), ("ab3de_v2", 2)])
def test_an_osf_preprint_becomes_a_row_whatever_the_age_of_its_id(tmp_path, name, version):
    records = [resource(name, doi="10.1000/Journal.1")]
    contents = read_all(planned(tmp_path, "psyarxiv", records, {f"{name}.pdf": PDF}))
    [row] = contents.papers
    assert (row["paper_id"], row["version"], row["format"]) == ("psyarxiv:ab3de", version, "pdf")
    assert row["authors"] == ["Ada Example", "Bea Beispiel"]
    assert row["categories"] == ["Social and Behavioral Sciences", "Memory"]
    assert (row["doi"], row["rights"]) == ("10.31234/osf.io/ab3de", "open")
    assert ("published_as", "doi:10.1000/journal.1") in {
        (one["relation"], one["identifier"]) for one in contents.identities
    }


def test_an_osf_preprint_that_was_taken_back_is_withdrawn(tmp_path):
    records = [resource("ab3de_v1", date_withdrawn="2024-04-01T00:00:00Z")]
    assert [row["status"] for row in read_all(planned(tmp_path, "metarxiv", records, {})).papers] == ["withdrawn"]


def test_a_mirror_without_records_is_an_error_that_says_what_to_do(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"chemrxiv/works\.jsonl; put the records"):
        PreprintCell.open(Mirror(str(tmp_path)), Cell("chemrxiv", "2024-03"), tmp_path / "cache")


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("", ""),
        ("plain &amp; simple", "plain & simple"),
        ("<jats:p>One.</jats:p><jats:p>Two.</jats:p>", "One. Two."),
        ("a < b and c > d", "a < b and c > d"),
        ("<script>alert(1)</script>text", "alert(1)text"),
    ],
)
def test_markup_of_a_metadata_field_becomes_text(markup, text):
    assert plain_text(markup) == text


def test_every_record_of_the_mirror_comes_out_once(shared_data, tmp_path):
    mirror = Mirror(str(shared_data / "mirrors"))
    lines = (shared_data / "mirrors/chemrxiv/works.jsonl").read_text().splitlines()
    months = {"{}-{:02}".format(*json.loads(line)["posted"]["date-parts"][0][:2]) for line in lines}
    papers, superseded = [], 0
    for month in months:
        contents = read_all(PreprintCell.open(mirror, Cell("chemrxiv", month), tmp_path))
        papers += contents.papers
        superseded += sum(row["reason"] == "superseded" for row in contents.rejects)
        assert not [row for row in contents.rejects if row["reason"] == "metadata_missing"]
    assert len(papers) + superseded == len(lines)


@pytest.mark.parametrize(
    ("licences", "rights"),
    [
        ([("by/4.0", "vor"), ("by-nc-nd/4.0", "vor")], "no_derivatives"),
        ([("by-nc/4.0", "vor"), ("by/4.0", "am")], "noncommercial"),
        ([("by/4.0", "vor"), ("of-the-publisher", "tdm")], "open"),
        ([("of-the-publisher", "tdm")], "pointer_only"),
    ],
)
def test_of_several_licences_of_a_record_the_one_that_allows_least_counts(tmp_path, licences, rights):
    stated = [{"URL": f"https://creativecommons.org/licenses/{name}/", "content-version": of} for name, of in licences]
    cell = planned(tmp_path, "chemrxiv", [work("10.26434/chemrxiv-2024-abcde", license=stated)], {})
    assert [row["rights"] for row in read_all(cell).papers] == [rights]


@pytest.mark.parametrize(
    "odd",
    [
        {"posted": {"date-parts": [[10**20, 1, 1]]}},
        {"posted": {"date-parts": [[1e999, 1, 1]]}},
        {"subject": [1, None, {}]},
        {"group-title": {"name": "Chemistry"}},
        {"license": [{"URL": 5}]},
        {"license": [{}]},
        {"license": [None]},
        {"relation": {"is-same-as": None}},
        {"title": ["A \x01 and \ud800"]},
    ],
)
def test_a_record_of_crossref_with_values_of_another_kind_stops_no_other(tmp_path, odd):
    records = [work("10.26434/chemrxiv-2024-odd00") | odd, work("10.26434/chemrxiv-2024-abcde")]
    papers = read_all(planned(tmp_path, "chemrxiv", records, {})).papers
    assert "chemrxiv:10.26434/chemrxiv-2024-abcde" in {row["paper_id"] for row in papers}


@pytest.mark.parametrize(
    "odd",
    [{"version": 1e999}, {"version": 10**20}, {"version": -1}, {"subjects": [[{"text": 5}]]}, {"doi": ["10.1/a"]}],
)
def test_a_record_of_osf_with_values_of_another_kind_stops_no_other(tmp_path, odd):
    records = [resource("oddon", **odd), resource("abcde")]
    papers = read_all(planned(tmp_path, "psyarxiv", records, {})).papers
    assert "psyarxiv:abcde" in {row["paper_id"] for row in papers}


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "Expecting property name"),
        ("[1]", "no attribute"),
        (json.dumps(work("10.26434/chemrxiv-2024-b", posted=None)), "a record without a date"),
        (json.dumps(work("10.26434/chemrxiv-2024-b", (10**30, 1, 1))), "too large"),
    ],
)
def test_a_line_of_no_month_is_told_with_its_number_and_why(tmp_path, line, why):
    cell = planned(tmp_path, "chemrxiv", [work("10.26434/chemrxiv-2024-a"), "", line], {})
    [(where, reason)] = cell.inventory.examples
    assert where == "chemrxiv/works.jsonl, line 3"
    assert why in reason
    assert (cell.inventory.looked_at, cell.inventory.unplaced) == (2, 1)


def test_an_osf_record_without_a_date_is_told(tmp_path):
    cell = planned(tmp_path, "psyarxiv", [resource("ab3de", date_published=None)], {})
    assert cell.inventory.examples == [("psyarxiv/preprints.jsonl, line 1", "a record without a date")]


def test_records_dated_outside_the_months_of_the_source_are_told(tmp_path):
    days = ((1970, 1, 1), (1970, 1, 2), (2024, 3, 5), (9999, 1, 1))
    records = [work("10.26434/chemrxiv-2024-a", day) for day in days]
    inventory = planned(tmp_path, "chemrxiv", records, {}).inventory
    assert [where for where, _ in inventory.examples] == [
        "chemrxiv/works.jsonl, 2 of its lines",
        "chemrxiv/works.jsonl, 1 of its lines",
    ]
    assert all(why.endswith(f"expected a month from 2017-08 to {inventory.last}") for _, why in inventory.examples)
    assert (inventory.looked_at, inventory.unplaced, inventory.months) == (4, 3, {"2024-03"})


def test_a_pdf_that_no_record_of_any_month_names_is_told(tmp_path):
    records = [work("10.26434/chemrxiv-2024-a"), work("10.26434/chemrxiv-2024-b-v2", (2019, 1, 1))]
    pdfs = dict.fromkeys(["chemrxiv-2024-a.pdf", "chemrxiv-2024-b-v2.pdf", "chemrxiv-2024-b.pdf"], PDF)
    inventory = planned(tmp_path, "chemrxiv", records, pdfs).inventory
    assert [where for where, _ in inventory.examples] == ["chemrxiv/pdf/chemrxiv-2024-b.pdf"]
    assert (inventory.looked_at, inventory.unplaced) == (3, 1)


def test_of_many_lines_of_no_month_all_are_counted_and_the_first_are_told(tmp_path):
    inventory = planned(tmp_path, "chemrxiv", ["{"] * 1000, {}).inventory
    assert (inventory.looked_at, inventory.unplaced, len(inventory.examples)) == (1000, 1000, 20)


def test_a_cell_without_papers_tells_which_months_the_mirror_has(tmp_path):
    records = [work("10.26434/chemrxiv-2024-a", day) for day in ((2019, 1, 1), (2024, 5, 1), (2021, 7, 1))]
    inventory = planned(tmp_path, "chemrxiv", records, {}).inventory
    told = "no paper of chemrxiv is dated 2024-03; the mirror has 2019-01 … 2024-05"
    assert inventory.absence(Cell("chemrxiv", "2024-03")) == told
