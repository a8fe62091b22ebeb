"""bioRxiv and medRxiv: MECA archives and the API's records of a mirror become rows, rejects and identities."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from resources.sources.mirror import Mirror
from s1_assets.extraction.unpack import Package, unpack
from s1_assets_tests.resources.sources.article_mirror import CC_BY, article, biorxiv, meca, put, read_all, reasons


def record(doi: str, version: int = 1, **fields: Any) -> dict[str, Any]:
    return {
        "doi": doi,
        "version": str(version),
        "date": "2024-01-09",
        "title": "On pumps",
        "authors": "Example, A.; Beispiel, B. C.",
        "abstract": "From the API.",
        "category": "biophysics",
        "license": "cc_by",
        "type": "new results",
        "published": "NA",
    } | fields


def put_archive(root: Path, name: str, content: bytes, month: str = "January_2024") -> None:
    put(root, f"biorxiv/Current_Content/{month}/{name}.meca", content)


def put_api(root: Path, *records: Any) -> None:
    answer = {"messages": [{"status": "ok"}], "collection": list(records)}
    put(root, "biorxiv/api/details/biorxiv/2024-01-01/2024-01-31/0/json", json.dumps(answer))


def test_an_archive_becomes_a_row_from_its_own_article(tmp_path):
    put_archive(tmp_path, "aaaa", meca(article("10.1101/2024.01.09.1", version="1.2")))
    contents = read_all(biorxiv(tmp_path))
    [row] = contents.papers
    assert (row["paper_id"], row["version"], row["format"]) == ("biorxiv:10.1101/2024.01.09.1", 2, "jats")
    assert (row["title"], row["abstract"], row["authors"]) == ("On pumps", "What we found.", ["Ada Example"])
    assert (row["license"], row["rights"], row["discipline"]) == (CC_BY, "open", "biology")
    content = Mirror(str(tmp_path)).read(row["archive"], row["archive_offset"], row["archive_size"])
    assert isinstance(unpack(content), Package)


def test_the_newest_version_of_a_doi_is_the_row_and_the_older_one_stays_known(tmp_path):
    put_archive(tmp_path, "zzzz", meca(article("10.1101/2024.01.09.1", version="1.1")))
    put_archive(tmp_path, "aaaa", meca(article("10.1101/2024.01.09.1", version="1.2")))
    contents = read_all(biorxiv(tmp_path))
    assert [(row["version"], row["archive"][-9:]) for row in contents.papers] == [(2, "aaaa.meca")]
    assert reasons(contents) == [("biorxiv:10.1101/2024.01.09.1", "superseded")]


def test_the_api_adds_what_the_article_does_not_say(tmp_path):
    put_archive(tmp_path, "aaaa", meca(article("10.1101/2024.01.09.1")))
    put_api(tmp_path, record("10.1101/2024.01.09.1", published="10.1038/S41467-024-1"))
    contents = read_all(biorxiv(tmp_path))
    assert contents.papers[0]["categories"] == ["biophysics"]
    assert contents.papers[0]["abstract"] == "What we found."
    assert ("published_as", "doi:10.1038/s41467-024-1") in {
        (row["relation"], row["identifier"]) for row in contents.identities
    }


@pytest.mark.parametrize(
    ("stated", "rights"), [("cc_by_nc", "noncommercial"), ("cc_no", "pointer_only"), ("cc0", "open")]
)
def test_a_licence_that_the_server_narrows_is_not_as_open_as_the_article_says(tmp_path, stated, rights):
    put_archive(tmp_path, "one", meca(article("10.1101/1")))
    put_api(tmp_path, record("10.1101/1", license=stated))
    assert [row["rights"] for row in read_all(biorxiv(tmp_path)).papers] == [rights]


def test_an_article_without_doi_is_known_by_its_title_in_the_api(tmp_path):
    put_archive(tmp_path, "aaaa", meca(article(None, title="On <italic>Toy</italic> pumps")))
    put_api(tmp_path, record("10.1101/2024.01.09.1", title="On <i>toy</i> pumps"))
    contents = read_all(biorxiv(tmp_path))
    assert [(row["paper_id"], row["format"]) for row in contents.papers] == [("biorxiv:10.1101/2024.01.09.1", "jats")]
    assert contents.rejects == []


def test_an_article_without_any_name_goes_by_its_archive(tmp_path):
    put_archive(tmp_path, "aaaa-1", meca(article(None)))
    assert [row["paper_id"] for row in read_all(biorxiv(tmp_path)).papers] == ["biorxiv:aaaa-1"]


def test_a_preprint_that_only_the_api_knows_is_a_row_without_archive(tmp_path):
    gone = record("10.1101/2024.01.09.2", title="WITHDRAWN: On pumps")
    put_api(tmp_path, record("10.1101/2024.01.09.1", license="cc_no"), gone, record("10.1101/other", date="2024-02-01"))
    contents = read_all(biorxiv(tmp_path))
    assert {row["paper_id"]: (row["status"], row["format"], row["rights"]) for row in contents.papers} == {
        "biorxiv:10.1101/2024.01.09.1": ("live", "none", "pointer_only"),
        "biorxiv:10.1101/2024.01.09.2": ("withdrawn", "none", "open"),
    }
    assert reasons(contents) == [("biorxiv:10.1101/2024.01.09.1", "source_missing")]
    assert contents.papers[0]["authors"] == ["A. Example", "B. C. Beispiel"]


def test_a_version_of_another_month_that_took_a_preprint_back_counts(tmp_path):
    """Its history is the API's answer about the one preprint."""
    put_archive(tmp_path, "one", meca(article("10.1101/1", version="1.1")))
    put_archive(tmp_path, "two", meca(article("10.1101/2", version="1.2")))
    before = {part.name: part.version for part in biorxiv(tmp_path).parts()}
    gone = {"title": "WITHDRAWN: On pumps", "type": "withdrawn"}
    histories = {"1": [record("10.1101/1"), record("10.1101/1", 2, date="2024-03-02", **gone)]}
    histories["2"] = [record("10.1101/2", **gone), record("10.1101/2", 2, date="2024-01-20")]  # and put up again
    for name, versions in histories.items():
        put(tmp_path, f"biorxiv/api/details/biorxiv/10.1101/{name}/na/json", json.dumps({"collection": versions}))
    cell = biorxiv(tmp_path)
    statuses = {row["paper_id"]: row["status"] for row in read_all(cell).papers}
    assert statuses == {"biorxiv:10.1101/1": "withdrawn", "biorxiv:10.1101/2": "live"}
    assert len([part for part in cell.parts() if before[part.name] != part.version]) == 2


@pytest.mark.parametrize("history", ["", "{", "[]", '{"collection": ["x"]}', '{"collection": [{"doi": "10.1101/1"}]}'])
def test_a_history_that_cannot_be_read_says_nothing(tmp_path, history):
    put_archive(tmp_path, "one", meca(article("10.1101/1")))
    put(tmp_path, "biorxiv/api/details/biorxiv/10.1101/1/na/json", history)
    assert [row["status"] for row in read_all(biorxiv(tmp_path)).papers] == ["live"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "archive_unreadable"),
        (b"no zip at all", "archive_unreadable"),
        (meca(article("10.1/x"))[:-40], "archive_unreadable"),
        (meca(b"<article><front>"), "parse_error"),
        (meca(b'<!DOCTYPE a [<!ENTITY b "x">]><article>&b;</article>'), "archive_unsafe"),
        (meca(b"<html/>"), "parse_error"),
    ],
)
def test_an_archive_that_cannot_be_read_is_a_reject_and_stops_nothing(tmp_path, content, reason):
    put_archive(tmp_path, "bad", content)
    put_archive(tmp_path, "good", meca(article("10.1101/2024.01.09.1")))
    contents = read_all(biorxiv(tmp_path))
    formats = {row["paper_id"]: row["format"] for row in contents.papers}
    assert formats["biorxiv:10.1101/2024.01.09.1"] == "jats"
    if formats["biorxiv:bad"] == "none":
        assert reasons(contents) == [("biorxiv:bad", reason)]


@pytest.mark.parametrize("answer", ["", "{", "[]", '{"collection": [{"doi": "10.1/x"}]}', '{"collection": ["x"]}'])
def test_an_answer_of_the_api_that_is_none_is_told(tmp_path, answer):
    put(tmp_path, "biorxiv/api/details/biorxiv/2024-01-01/2024-01-31/0/json", answer)
    put_archive(tmp_path, "good", meca(article("10.1101/2024.01.09.1")))
    contents = read_all(biorxiv(tmp_path))
    assert len(contents.papers) == 1
    assert reasons(contents) == [("biorxiv_2024-01_api", "metadata_missing")]


def test_archives_from_before_december_2018_tell_their_month_themselves(tmp_path):
    old = article("10.1101/1", extra="").replace(b"<year>2024</year>", b"<year>2016</year>")
    put(tmp_path, "biorxiv/Back_Content/Batch_03/aaaa.meca", meca(old))
    assert [row["paper_id"] for row in read_all(biorxiv(tmp_path, "2016-01")).papers] == ["biorxiv:10.1101/1"]
    assert read_all(biorxiv(tmp_path, "2016-02")).papers == []


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"no zip", "BadZipFile"),
        (meca(article("10.1101/1").replace(b"<pub-date", b"<x").replace(b"</pub-date", b"</x")), "no month of public"),
        (meca(article("10.1101/1").replace(b"<day>9</day><month>1</month>", b"")), "no month of publication"),
        (meca(article("10.1101/1")), "dated 2024-01, expected a month from 2013-11 to 2018-11"),
    ],
)
def test_an_archive_of_back_content_that_tells_none_of_its_months_is_told(tmp_path, content, why):
    put(tmp_path, "biorxiv/Back_Content/Batch_03/bad.meca", content)
    dated = article("10.1101/2").replace(b"<year>2024</year>", b"<year>2016</year>")
    put(tmp_path, "biorxiv/Back_Content/Batch_03/good.meca", meca(dated))
    inventory = biorxiv(tmp_path, "2016-01").inventory
    [(where, reason)] = inventory.examples
    assert where == "biorxiv/Back_Content/Batch_03/bad.meca"
    assert why in reason
    assert (inventory.looked_at, inventory.unplaced, inventory.months) == (2, 1, {"2016-01"})


def test_what_of_current_content_is_no_folder_of_a_month_is_told(tmp_path):
    for folder in ("January_2024", "March_2024", "Spring_2024", "january_2024", "January_2018"):
        put_archive(tmp_path, "aaaa", meca(article("10.1101/1")), folder)
    put(tmp_path, "biorxiv/Current_Content/May_2024", b"no folder")
    inventory = biorxiv(tmp_path).inventory
    assert inventory.months == {"2024-01", "2024-03"}
    assert [where.rpartition("Current_Content/")[2] for where, _ in inventory.examples] == [
        "January_2018/",
        "May_2024",
        "Spring_2024/",
        "january_2024/",
    ]


def test_a_paper_that_arrives_remakes_only_its_own_part(tmp_path):
    for number in range(20):
        put_archive(tmp_path, f"a{number}", meca(article(f"10.1101/{number}")))
    before = {part.name: part.version for part in biorxiv(tmp_path).parts()}
    put_archive(tmp_path, "a20", meca(article("10.1101/20")))
    after = {part.name: part.version for part in biorxiv(tmp_path).parts()}
    assert before.keys() <= after.keys()
    assert len([name for name in after if before.get(name) != after[name]]) == 1


def test_an_archive_is_opened_once_for_planning(tmp_path):
    put_archive(tmp_path, "aaaa", meca(article("10.1101/1")))
    biorxiv(tmp_path)
    [shelf] = (tmp_path / "cache/known-archives").iterdir()
    remembered = gzip.decompress(shelf.read_bytes()).replace(b"10.1101/1", b"10.1101/remembered")
    shelf.write_bytes(gzip.compress(remembered))
    assert [row.paper_ids for row in biorxiv(tmp_path).parts()] == [frozenset({"biorxiv:10.1101/remembered"})]


def test_an_article_that_gives_its_doi_as_an_address_is_the_one_that_the_api_lists(tmp_path):
    put_archive(tmp_path, "one", meca(article("https://doi.org/10.1101/1")))
    put_api(tmp_path, record("10.1101/1"))
    contents = read_all(biorxiv(tmp_path))
    assert ([row["paper_id"] for row in contents.papers], contents.rejects) == (["biorxiv:10.1101/1"], [])


@pytest.mark.parametrize("odd", [{"version": 1e999}, {"version": 10**20}, {"doi": None}, {"doi": "none"}])
def test_a_record_of_the_api_with_odd_values_is_told_and_stops_no_other(tmp_path, odd):
    put_api(tmp_path, record("10.1101/1") | odd, record("10.1101/2", type="withdrawn"))
    contents = read_all(biorxiv(tmp_path))
    assert [row["paper_id"] for row in contents.papers] == ["biorxiv:10.1101/2"]
    assert [reason for _, reason in reasons(contents)] == ["metadata_missing"]


def test_a_version_that_any_answer_of_the_api_calls_withdrawn_is_withdrawn(tmp_path):
    put_archive(tmp_path, "one", meca(article("10.1101/1")))
    put_api(tmp_path, record("10.1101/1", type="withdrawn"), record("10.1101/1"))
    assert [row["status"] for row in read_all(biorxiv(tmp_path)).papers] == ["withdrawn"]


def test_a_version_that_came_twice_is_told_as_such(tmp_path):
    for name in ("one", "two"):
        put_archive(tmp_path, name, meca(article("10.1101/1", version="1.2")))
    [reject] = read_all(biorxiv(tmp_path)).rejects
    assert (reject["reason"], "again" in reject["detail"]) == ("superseded", True)


def test_the_letters_case_of_a_doi_makes_no_other_paper(tmp_path):
    put_archive(tmp_path, "one", meca(article("10.1101/2024.AB")))
    put_api(tmp_path, record("10.1101/2024.ab"))
    assert [row["paper_id"] for row in read_all(biorxiv(tmp_path)).papers] == ["biorxiv:10.1101/2024.ab"]


def test_a_mirror_without_the_source_is_an_error_that_says_what_to_do(tmp_path):
    with pytest.raises(FileNotFoundError, match="put "):
        biorxiv(tmp_path)
