import gzip
import hashlib
import io
import json
import os
import random
import tarfile
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from resources.sources.arxiv.cell import ArxivCell
from resources.sources.mirror import Mirror
from resources.sources.part import PartContents
from s1_assets.tables import RAW_PAPERS, REJECTS
from s1_assets_tests.resources.sources.arxiv_mirror import TEX, ArxivMirror, entry, record, tar_of

CHUNK = "arXiv_src_2401_001"
PAPERS = {f"2401/2401.0000{n}.gz": TEX for n in (1, 2, 3)}


@pytest.fixture
def made(tmp_path: Path) -> ArxivMirror:
    return ArxivMirror(tmp_path / "mirror")


def cell(made: ArxivMirror, month: str = "2024-01") -> ArxivCell:
    return ArxivCell.open(Mirror(str(made.root)), month, made.root.parent / "cache")


def rejected(contents: PartContents) -> list[tuple[str, str]]:
    return [(row["paper_id"], row["reason"]) for row in contents.rejects]


def formats(contents: PartContents) -> dict[str, tuple[str, str]]:
    return {row["paper_id"]: (row["status"], row["format"]) for row in contents.papers}


def test_members_become_rows_that_say_where_their_bytes_lie(made: ArxivMirror) -> None:
    made.add_chunk(CHUNK, {"2401/2401.00002.gz": TEX, "2401/2401.00001.pdf": b"%PDF-1.5 ..."})
    made.write_snapshot(record("2401.00001"), record("2401.00002"))
    contents = cell(made).read(CHUNK)
    assert contents.rejects == []
    assert [row["paper_id"] for row in contents.papers] == ["arxiv:2401.00002", "arxiv:2401.00001"]
    for row, content in zip(contents.papers, (TEX, b"%PDF-1.5 ..."), strict=True):
        assert Mirror(str(made.root)).read(row["archive"], row["archive_offset"], row["archive_size"]) == content
        assert row["sha256"] == hashlib.sha256(content).hexdigest()
    pa.Table.from_pylist(contents.papers, schema=RAW_PAPERS.schema)


@pytest.mark.parametrize(
    ("content", "status", "format_", "reason"),
    [
        (gzip.compress(tar_of({"a.tex": b"x"})), "live", "latex", None),
        (gzip.compress(b"Dear TeX, \\bye"), "live", "latex", None),
        (gzip.compress(gzip.compress(tar_of({"a.tex": b"x"}))), "live", "latex", None),
        (gzip.compress(b"\\documentclass{article}\0" + b"\nText." * 20), "live", "latex", None),
        (gzip.compress(b"%PDF-1.4"), "live", "pdf", None),
        (gzip.compress(b"\n<!DOCTYPE html>\n<html>"), "live", "html", None),
        (gzip.compress(b"%auto-ignore\nThis paper has been withdrawn."), "withdrawn", "none", None),
        (gzip.compress(b"This paper has been withdrawn by the author."), "withdrawn", "none", None),
        (gzip.compress(b"\\documentclass{a} The article was withdrawn"), "live", "latex", None),
        (gzip.compress(b"%!PS-Adobe-2.0"), "live", "none", "unsupported_format"),
        (gzip.compress(b"\xf7\x02\x01"), "live", "none", "unsupported_format"),
        (gzip.compress(b"PK\x03\x04word/"), "live", "none", "unsupported_format"),
        (gzip.compress(b"\x01\0\x02"), "live", "none", "unsupported_format"),
        (gzip.compress(b""), "live", "none", "archive_unreadable"),
        (b"", "live", "none", "archive_unreadable"),
        (b"\x1f\x8b\xff\xff\xff" + TEX, "live", "none", "archive_unreadable"),
        (gzip.compress(b"\\input a\n" + b"a" * 30_000_000), "live", "latex", None),
    ],
)
def test_the_format_is_told_from_the_first_bytes(
    made: ArxivMirror, content: bytes, status: str, format_: str, reason: str | None
) -> None:
    made.add_chunk(CHUNK, {"2401/2401.00001.gz": content})
    made.write_snapshot(record("2401.00001"))
    contents = cell(made).read(CHUNK)
    assert formats(contents) == {"arxiv:2401.00001": (status, format_)}
    assert [row["reason"] for row in contents.rejects] == ([reason] if reason else [])


def test_records_within_a_chunk_that_have_no_member_are_withdrawn_or_missing(made: ArxivMirror) -> None:
    made.add_chunk(CHUNK, dict.fromkeys(("2401/2401.00001.gz", "2401/2401.00009.gz"), TEX))
    withdrawn = record("2401.00004", comments="This paper has been withdrawn by the authors")
    made.write_snapshot(record("2401.00009"), record("2401.00005"), withdrawn, record("2401.00001"))
    assert [part.name for part in cell(made).parts()] == [CHUNK]
    contents = cell(made).read(CHUNK)
    assert formats(contents)["arxiv:2401.00004"] == ("withdrawn", "none")
    assert formats(contents)["arxiv:2401.00005"] == ("live", "none")
    assert rejected(contents) == [("arxiv:2401.00005", "source_missing")]


def test_words_alone_do_not_withdraw_a_paper_whose_source_is_there(made: ArxivMirror) -> None:
    made.add_chunk(CHUNK, {"2401/2401.00001.gz": TEX})
    made.write_snapshot(record("2401.00001", comments="The article was withdrawn by the author from the journal"))
    assert formats(cell(made).read(CHUNK)) == {"arxiv:2401.00001": ("live", "latex")}


BY_ND, BY = (f"http://creativecommons.org/licenses/{terms}/4.0/" for terms in ("by-nc-nd", "by"))
MADE = date(2024, 3, 4)  # the chunks of these mirrors


def version(number: int, submitted: date, license_: str = BY, **fields: object) -> dict[str, object]:
    """A record of 2401.00001 at a version; earlier ones are of the first days of January."""
    days = [date(2024, 1, day) for day in range(1, number)] + [submitted]
    versions = [
        {"version": f"v{count}", "created": f"{day:%a, %d %b %Y} 10:00:00 GMT"} for count, day in enumerate(days, 1)
    ]
    return record("2401.00001", versions=versions, update_date=f"{submitted}", license=license_, **fields)


def harvest(made: ArxivMirror, *lines: dict[str, object]) -> None:
    path = made.root / "arxiv/oai/2024-01/20240601T000000000000Z.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


def versions_of(made: ArxivMirror) -> list[tuple[str, int, str | None]]:
    month = cell(made)
    rows = [(part.name, row) for part in month.parts() for row in month.read(part.name).papers]
    return [(name, row["version"], row["license"]) for name, row in rows]


def test_a_row_has_version_and_licence_of_the_bytes_that_the_chunk_holds(made: ArxivMirror) -> None:
    made.add_chunk(CHUNK, {"2401/2401.00001.gz": TEX})
    made.write_snapshot(version(1, date(2024, 1, 1), BY_ND))
    harvest(made, version(2, MADE + timedelta(days=2), title="On it, revised"))
    [row] = cell(made).read(CHUNK).papers
    assert (row["version"], row["license"], row["rights"]) == (1, BY_ND, "no_derivatives")
    assert (row["submitted"], row["updated"], row["title"]) == (date(2024, 1, 1), date(2024, 1, 1), "On it, revised")


def test_a_version_that_was_out_when_its_chunk_was_made_is_what_the_chunk_holds(made: ArxivMirror) -> None:
    made.add_chunk(CHUNK, {"2401/2401.00001.gz": TEX})
    made.write_snapshot(version(2, MADE - timedelta(days=5)))
    assert versions_of(made) == [(CHUNK, 2, BY)]
    assert cell(made).lacking() == []


def test_a_version_whose_licence_was_never_seen_has_none(made: ArxivMirror) -> None:
    made.add_chunk(CHUNK, {"2401/2401.00001.gz": TEX})
    made.write_snapshot(version(2, MADE + timedelta(days=2)))
    assert versions_of(made) == [(CHUNK, 1, None)]
    [row] = cell(made).read(CHUNK).papers
    assert row["rights"] == "pointer_only"


def test_of_versions_that_a_chunk_may_hold_what_all_allow_counts(made: ArxivMirror) -> None:
    """Submitted days before the chunk was made, and perhaps announced after."""
    made.add_chunk(CHUNK, {"2401/2401.00001.gz": TEX})
    made.write_snapshot(version(1, date(2024, 1, 1), BY))
    harvest(made, version(2, MADE - timedelta(days=2), BY_ND))
    assert versions_of(made) == [(CHUNK, 1, BY_ND)]
    assert [lacking.paper for lacking in cell(made).lacking()] == ["2401.00001"]


def test_without_a_manifest_a_chunk_holds_nothing_newer_than_its_file(made: ArxivMirror) -> None:
    path = made.add_chunk(CHUNK, {"2401/2401.00001.gz": TEX}, listed=False)
    made.write_snapshot(version(2, date(2024, 6, 3)))
    assert versions_of(made) == [(CHUNK, 2, BY)]
    os.utime(path, (1710000000, 1710000000))  # March
    assert versions_of(made) == [(CHUNK, 1, None)]


@pytest.mark.parametrize(("fetched", "taken"), [(1, CHUNK), (2, "arXiv_eprint_2401_2024-03-09")])
def test_a_paper_fetched_by_itself_is_taken_where_it_is_newer_than_its_chunk(
    made: ArxivMirror, fetched: int, taken: str
) -> None:
    made.add_chunk(CHUNK, {"2401/2401.00001.gz": TEX, "2401/2401.00002.gz": TEX})
    path = made.root / f"arxiv/eprint/2401/2024-03-09/2401.00001v{fetched}.gz"
    path.parent.mkdir(parents=True)
    path.write_bytes(TEX)
    made.write_snapshot(version(2, MADE + timedelta(days=2)), record("2401.00002"))
    month = cell(made)
    found = {part.name: month.read(part.name) for part in month.parts()}
    assert [name for name, contents in found.items() if "arxiv:2401.00001" in formats(contents)] == [taken]
    superseded = [("arxiv:2401.00001", "superseded")] if taken != CHUNK else []
    assert rejected(found[CHUNK]) == superseded


def test_arxiv_s_word_that_a_paper_is_not_withdrawn_counts_more_than_words(made: ArxivMirror) -> None:
    words = "The article was withdrawn by the author from the journal"
    made.write_snapshot(record("2401.00001", comments=words), record("2401.00002", comments=words))
    harvest(made, record("2401.00001", comments=words, withdrawn=False))
    statuses = {paper: status for paper, (status, _) in formats(cell(made).read("arXiv_metadata_2401")).items()}
    assert statuses == {"arxiv:2401.00001": "live", "arxiv:2401.00002": "withdrawn"}


def test_records_that_no_chunk_spans_are_a_part_of_their_own(made: ArxivMirror) -> None:
    made.add_chunk(CHUNK, {"2401/2401.00002.gz": TEX})
    made.write_snapshot(record("2401.00001"), record("2401.00002"), record("2401.00003"), record("2402.00001"))
    assert [part.name for part in cell(made).parts()] == [CHUNK, "arXiv_metadata_2401"]
    contents = cell(made).read("arXiv_metadata_2401")
    assert formats(contents) == {"arxiv:2401.00001": ("live", "none"), "arxiv:2401.00003": ("live", "none")}
    assert {reason for _, reason in rejected(contents)} == {"source_missing"}
    assert [part.name for part in cell(made, "2024-02").parts()] == ["arXiv_metadata_2402"]
    assert cell(made, "2024-03").parts() == []


def test_old_ids_belong_to_the_chunk_that_spans_them(made: ArxivMirror) -> None:
    first, second = "arXiv_src_0303_001", "arXiv_src_0303_002"
    made.add_chunk(first, {"0303/astro-ph0303001.gz": TEX, "0303/hep-th0303007.gz": TEX, "0303/math0303002.gz": TEX})
    made.add_chunk(second, {"0303/math0303003.gz": TEX, "0303/quant-ph0303001.gz": TEX})
    in_first = ["astro-ph/0303001", "hep-th/0303007", "math/0303002", "math-ph/0303001"]
    in_second = ["math/0303003", "quant-ph/0303001"]
    made.write_snapshot(*map(record, in_first + in_second))
    month = cell(made, "2003-03")
    assert set(formats(month.read(first))) == {f"arxiv:{paper}" for paper in in_first}
    assert set(formats(month.read(second))) == {f"arxiv:{paper}" for paper in in_second}


def test_a_member_without_a_record_is_rejected_by_name_and_size(made: ArxivMirror) -> None:
    made.add_chunk(CHUNK, PAPERS)
    made.write_snapshot(record("2401.00001"), b'{"id": "2401.00002", "title": "cut o', record("2401.00003"))
    contents = cell(made).read(CHUNK)
    assert rejected(contents) == [("arxiv:2401.00002", "metadata_missing")]
    assert f"2401/2401.00002.gz, {len(TEX)} bytes" in contents.rejects[0]["detail"]
    made.write_snapshot(record("2401.00001"), record("2401.00003"))
    assert rejected(cell(made).read(CHUNK)) == [("arxiv:2401.00002", "metadata_missing")]


def test_of_two_members_of_one_paper_the_last_counts(made: ArxivMirror) -> None:
    members = [entry("2401/2401.00001.pdf", b"%PDF-"), entry("2401/2401.00001.gz", TEX)]
    made.add_chunk(CHUNK, members, first="2401.00001", last="2401.00001")
    made.write_snapshot(record("2401.00001"))
    contents = cell(made).read(CHUNK)
    assert formats(contents) == {"arxiv:2401.00001": ("live", "latex")}
    assert rejected(contents) == [("arxiv:2401.00001", "superseded")]


def test_a_chunk_that_is_not_what_the_manifest_promises_gives_no_archive(made: ArxivMirror) -> None:
    path = made.add_chunk(CHUNK, PAPERS)
    made.write_snapshot(record("2401.00001"), record("2401.00002"), record("2401.00003"))
    tar = bytearray(path.read_bytes())
    tar[600] ^= 1
    path.write_bytes(tar)
    contents = cell(made).read(CHUNK)
    assert rejected(contents)[0] == (CHUNK, "checksum_mismatch")
    assert hashlib.md5(tar).hexdigest() in contents.rejects[0]["detail"]
    assert hashlib.md5(tar_of(PAPERS)).hexdigest() in contents.rejects[0]["detail"]
    assert rejected(contents)[1:] == [(f"arxiv:2401.0000{n}", "source_missing") for n in (1, 2, 3)]
    assert {row["format"] for row in contents.papers} == {"none"}


def test_a_chunk_that_the_mirror_lacks_is_missing(made: ArxivMirror) -> None:
    made.add_chunk(CHUNK, PAPERS).unlink()
    made.write_snapshot(record("2401.00001"))
    assert rejected(cell(made).read(CHUNK)) == [(CHUNK, "source_missing"), ("arxiv:2401.00001", "source_missing")]


@pytest.mark.parametrize("listed", [True, False])
@pytest.mark.parametrize("cut", [slice(0, 100), slice(0, 700), slice(0, 1540), slice(0, 512)])
def test_a_cut_off_chunk_is_unreadable(made: ArxivMirror, cut: slice, listed: bool) -> None:
    members = {f"2401/2401.0000{n}.gz": random.Random(n).randbytes(700) for n in (1, 2)}
    made.add_chunk(CHUNK, members).write_bytes(tar_of(members)[cut])
    if not listed:
        (made.root / "arxiv/src/arXiv_src_manifest.xml").unlink()
    made.write_snapshot(record("2401.00001"), record("2401.00002"))
    contents = cell(made).read(CHUNK)
    assert rejected(contents)[0] == (CHUNK, "archive_unreadable")
    assert {row["format"] for row in contents.papers} <= {"none"}


def test_a_header_destroyed_inside_a_chunk_does_not_pass_for_its_end(made: ArxivMirror) -> None:
    tar = bytearray(tar_of(PAPERS))
    tar[1024:1536] = b"\xaa" * 512
    made.add_chunk(CHUNK, bytes(tar), listed=False)
    assert rejected(cell(made).read(CHUNK)) == [(CHUNK, "archive_unreadable")]


def test_a_tar_without_padding_after_its_last_member_is_whole(made: ArxivMirror) -> None:
    tar = tar_of(PAPERS)
    end = tar.rindex(TEX) + len(TEX)
    made.add_chunk(CHUNK, tar[:end], first="2401.00001", last="2401.00003")
    made.write_snapshot(*(record(f"2401.0000{n}") for n in (1, 2, 3)))
    contents = cell(made).read(CHUNK)
    assert len(contents.papers) == 3
    assert contents.rejects == []


def test_hostile_members_are_rejected_and_the_papers_among_them_kept(made: ArxivMirror) -> None:
    members = [
        entry("2401", type=tarfile.DIRTYPE),
        entry("2401/2401.00001.gz", type=tarfile.SYMTYPE, linkname="/etc/passwd"),
        entry("2401/2401.00001.gz", type=tarfile.LNKTYPE, linkname="2401/2401.00002.gz"),
        entry("2401/2401.00001.gz", type=tarfile.CHRTYPE),
        entry("/2401/2401.00001.gz", TEX),
        entry("../2401/2401.00001.gz", TEX),
        entry("2401/../2401.00001.gz", TEX),
        entry("2401/2401.00001.exe", TEX),
        entry("2401/\x1b[31m\n.gz", TEX),
        entry("2401/" + "x" * 4000 + ".gz", TEX),
        entry("2401/2401.00002.gz", TEX),
    ]
    made.add_chunk(CHUNK, members, listed=False)
    made.write_snapshot(record("2401.00002"))
    contents = cell(made).read(CHUNK)
    assert formats(contents) == {"arxiv:2401.00002": ("live", "latex")}
    assert Counter(rejected(contents)) == {(CHUNK, "archive_unsafe"): 3, (CHUNK, "unsupported_format"): 6}
    assert all(row["source_file"].isprintable() and len(row["source_file"]) <= 200 for row in contents.rejects)
    pa.Table.from_pylist(contents.rejects, schema=REJECTS.schema)


@pytest.mark.parametrize("size", [1 << 33, 1 << 60, 10_000])
def test_a_member_that_claims_more_than_there_is_makes_the_chunk_unreadable(made: ArxivMirror, size: int) -> None:
    made.add_chunk(CHUNK, [entry("2401/2401.00001.gz", TEX, size=size)], listed=False)
    assert rejected(cell(made).read(CHUNK)) == [(CHUNK, "archive_unreadable")]


def test_no_damage_to_a_tar_breaks_the_reader(made: ArxivMirror) -> None:
    chance = random.Random(7)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name in ("2401/2401.00001.gz", "2401/2401.00002-é.gz", "2401/2401.00003.gz"):
            info = tarfile.TarInfo(name)
            info.size, info.pax_headers = len(TEX), {"comment": "x" * 50}
            tar.addfile(info, io.BytesIO(TEX))
    whole = buffer.getvalue()[:8192]
    for _ in range(300):
        tar_bytes = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            tar_bytes[chance.randrange(len(tar_bytes))] = chance.choice((0, 0x2D, 0x39, 0x80, 0xFF))
        made.add_chunk(CHUNK, bytes(tar_bytes), listed=False)
        cell(made).read(CHUNK)


def test_without_a_manifest_the_tars_in_the_mirror_count(made: ArxivMirror) -> None:
    made.add_chunk(CHUNK, {"2401/2401.00001.gz": TEX}, listed=False)
    made.add_chunk("arXiv_src_2401_002", {"2401/2401.00005.gz": TEX}, listed=False)
    made.add_chunk("arXiv_src_2402_001", {"2402/2402.00001.gz": TEX}, listed=False)
    made.write_snapshot(*map(record, ("2401.00001", "2401.00002", "2401.00005", "2401.00006")))
    month = cell(made)
    assert [part.name for part in month.parts()] == [CHUNK, "arXiv_src_2401_002"]
    assert set(formats(month.read(CHUNK))) == {"arxiv:2401.00001", "arxiv:2401.00002"}
    assert set(formats(month.read("arXiv_src_2401_002"))) == {"arxiv:2401.00005", "arxiv:2401.00006"}


@pytest.mark.parametrize("manifest", ["<arXivSRC><file>", "<arXivSRC><file><yymm>2401</yymm></file></arXivSRC>"])
def test_an_unreadable_manifest_is_an_error_that_says_what_to_do(made: ArxivMirror, manifest: str) -> None:
    (made.root / "arxiv/src/arXiv_src_manifest.xml").write_text(manifest)
    with pytest.raises(ValueError, match="fetch it again"):
        cell(made)


def test_a_version_changes_with_what_its_part_is_made_from_and_not_otherwise(made: ArxivMirror) -> None:
    second = "arXiv_src_2401_002"

    def versions() -> dict[str, str]:
        return {part.name: part.version for part in cell(made).parts()}

    def changed(before: dict[str, str]) -> set[str]:
        after = versions()
        return {name for name in after if after[name] != before.get(name)}

    made.add_chunk(CHUNK, {"2401/2401.00001.gz": TEX, "2401/2401.00003.gz": TEX})
    made.add_chunk(second, {"2401/2401.00004.gz": TEX})
    lines = [record(f"2401.0000{n}") for n in (1, 3, 4)]
    made.write_snapshot(*lines)
    before = versions()
    made.write_snapshot(*reversed(lines), record("2312.00001"))
    assert changed(before) == set()
    made.write_snapshot(record("2401.00001", title="Changed"), *lines[1:])
    assert changed(before) == {CHUNK}
    made.write_snapshot(*lines, record("2401.00002"))
    assert changed(before) == {CHUNK}
    made.write_snapshot(*lines, record("2401.00009"))
    assert changed(before) == {"arXiv_metadata_2401"}
    made.write_snapshot(*lines)
    made.add_chunk(second, {"2401/2401.00004.gz": TEX + b"\0"})
    assert changed(before) == {second}


def test_every_real_member_and_record_comes_out_once(shared_data: Path, tmp_path: Path) -> None:
    mirror = Mirror(str(shared_data / "mirrors"))
    facts = [line.split("\t") for line in (shared_data / "mirrors/arxiv/IDS.tsv").read_text().splitlines()[1:]]
    for month in ("2007-03", "2017-07", "2017-08", "2024-01", "2024-02"):
        planned = ArxivCell.open(mirror, month, tmp_path)
        contents = [planned.read(part.name) for part in planned.parts()]
        rows = {row["paper_id"]: row for found in contents for row in found.papers}
        expected = {
            f"arxiv:{fact[1]}": fact for fact in facts if fact[1].split("/")[-1].startswith(month[2:4] + month[5:])
        }
        assert sum(len(found.papers) for found in contents) == len(rows)
        assert rows.keys() == expected.keys()
        assert [found.rejects for found in contents if found.rejects] == []
        for paper_id, row in rows.items():
            member = expected[paper_id][3]
            assert row["format"] == ("none" if not member else "pdf" if member.endswith(".pdf") else "latex")
            assert (row["status"] == "withdrawn") == (not member)
            if member:
                content = mirror.read(row["archive"], row["archive_offset"], row["archive_size"])
                assert hashlib.sha256(content).hexdigest() == row["sha256"]
