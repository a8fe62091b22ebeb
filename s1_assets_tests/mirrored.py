"""What the mirrors of real papers hold, counted from file names, raw XML and raw JSON, none of it by our readers."""

import json
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path

from s1_assets.cells import Cell

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_CENTURY_TURNS = 91  # arXiv's ids of two-digit years begin with 1991


def month_of_folder(folder: str) -> str:
    """ "January_2024" as "2024-01"."""
    name, year = folder.split("_")
    return f"{year}-{_MONTHS.index(name[:3]) + 1:02}"


def month_of_id(digits: str) -> str:
    """The month of an arXiv id or chunk that begins with YYMM."""
    year = int(digits[:2])
    return f"{1900 + year if year >= _CENTURY_TURNS else 2000 + year}-{digits[2:4]}"


def arxiv_papers(mirrors: Path) -> Iterator[tuple[Cell, str]]:
    """Every member of every chunk and every line of the metadata: its cell and id, math/0703001 for math0703001."""
    for chunk in sorted((mirrors / "arxiv/src").glob("*.tar")):
        with tarfile.open(chunk) as archive:
            for member in archive:
                if member.isfile():
                    name = Path(member.name).stem if member.name.count(".") < 2 else Path(member.name).name
                    name = re.sub(r"\.(?:gz|pdf)$", "", name)
                    name = re.sub(r"^([a-z-]+)(\d{7})$", r"\1/\2", name)
                    yield Cell("arxiv", month_of_id(name.rpartition("/")[2])), name
    for line in (mirrors / "arxiv/arxiv-metadata-oai-snapshot.json").read_text().splitlines():
        name = json.loads(line)["id"]
        yield Cell("arxiv", month_of_id(name.rpartition("/")[2])), name


def meca_archives(mirrors: Path) -> Iterator[tuple[Cell, str]]:
    """Every MECA archive: its cell, and its path in the mirrors."""
    for source in ("biorxiv", "medrxiv"):
        for path in sorted((mirrors / source).glob("Current_Content/*/*.meca")):
            yield Cell(source, month_of_folder(path.parent.name)), str(path.relative_to(mirrors))


def listed_preprints(mirrors: Path) -> Iterator[tuple[Cell, str]]:
    """Every record that the API lists for a month: its cell and DOI."""
    for source in ("biorxiv", "medrxiv"):
        for path in sorted((mirrors / source / "api/details" / source).glob("????-??-??/*/*/json")):
            records = json.loads(path.read_text() or "{}").get("collection", [])
            month = path.relative_to(mirrors / source / "api/details" / source).parts[0][:7]
            yield from ((Cell(source, month), record["doi"]) for record in records if record["date"][:7] == month)


def nature_communications(mirrors: Path) -> Iterator[tuple[Cell, str, bool]]:
    """Every version that PMC's metadata cite as Nature Communications: its cell, folder, and whether retracted."""
    for path in sorted((mirrors / "pmc-oa/metadata").glob("*.json")):
        metadata = json.loads(path.read_text())
        cited = re.match(r"Nat Commun\. (\d{4}) (\w{3})", metadata["citation"])
        if cited:
            month = f"{cited[1]}-{_MONTHS.index(cited[2]) + 1:02}"
            folder = f"pmc-oa/{metadata['pmcid']}.{metadata['version']}/"
            yield Cell("natcomms", month), folder, metadata["is_retracted"]


def chemrxiv_records(mirrors: Path) -> Iterator[tuple[Cell, str]]:
    """Every record of ChemRxiv: its cell and DOI."""
    for line in (mirrors / "chemrxiv/works.jsonl").read_text().splitlines():
        record = json.loads(line)
        year, month, _ = record["posted"]["date-parts"][0]
        yield Cell("chemrxiv", f"{year}-{month:02}"), record["DOI"].lower()


def cells(mirrors: Path) -> list[Cell]:
    """Every cell that the mirrors hold something of."""
    listings = (arxiv_papers, meca_archives, listed_preprints, nature_communications, chemrxiv_records)
    return sorted({found[0] for listing in listings for found in listing(mirrors)})
