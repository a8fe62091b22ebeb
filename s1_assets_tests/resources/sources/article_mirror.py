"""Articles in JATS, put into the folder of a mirror, and what a cell of them comes to."""

import io
import zipfile
from pathlib import Path

import pyarrow as pa

from resources.sources.articles.meca import MecaCell
from resources.sources.articles.pmc import PmcCell
from resources.sources.mirror import Mirror
from resources.sources.part import PartContents
from s1_assets.cells import Cell
from s1_assets.tables import IDENTITIES, RAW_PAPERS

CC_BY = "http://creativecommons.org/licenses/by/4.0/"


def article(
    doi: str | None, *, version: str = "", title: str = "On pumps", journal: str = "", extra: str = ""
) -> bytes:
    doi_xml = f'<article-id pub-id-type="doi">{doi}</article-id>' if doi else ""
    version_xml = f"<article-version>{version}</article-version>" if version else ""
    return f"""<?xml version="1.0"?>
<article xmlns:xlink="http://www.w3.org/1999/xlink" article-type="research-article"><front>
<journal-meta>{journal}</journal-meta><article-meta>{doi_xml}{version_xml}
<title-group><article-title>{title}</article-title></title-group>
<contrib-group><contrib contrib-type="author"><name><surname>Example</surname><given-names>Ada</given-names></name>
</contrib></contrib-group>
<pub-date pub-type="epub"><day>9</day><month>1</month><year>2024</year></pub-date>
<permissions><license xlink:href="{CC_BY}"><license-p>Open.</license-p></license></permissions>
{extra}<abstract><p>What we found.</p></abstract></article-meta></front><body><p>Text.</p></body></article>""".encode()


def meca(xml: bytes) -> bytes:
    manifest = (
        '<manifest xmlns="https://manuscriptexchange.org/schema/manifest" xmlns:xlink="http://www.w3.org/1999/xlink">'
        '<item item-type="article-metadata"><instance media-type="application/xml" xlink:href="content/a.xml"/></item>'
        "</manifest>"
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("manifest.xml", manifest)
        archive.writestr("content/a.xml", xml)
    return packed.getvalue()


def put(root: Path, path: str, content: bytes | str) -> None:
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content if isinstance(content, bytes) else content.encode())


def biorxiv(root: Path, month: str = "2024-01") -> MecaCell:
    return MecaCell.open(Mirror(str(root)), Cell("biorxiv", month), root / "cache")


def read_all(cell: MecaCell | PmcCell) -> PartContents:
    contents = PartContents()
    for part in cell.parts():
        found = cell.read(part.name)
        assert {row["paper_id"] for row in found.papers} <= part.paper_ids
        contents.papers += found.papers
        contents.rejects += found.rejects
        contents.identities += found.identities
    pa.Table.from_pylist(contents.papers, schema=RAW_PAPERS.schema)
    pa.Table.from_pylist(contents.identities, schema=IDENTITIES.schema)
    return contents


def reasons(contents: PartContents) -> list[tuple[str, str]]:
    return sorted((row["paper_id"], row["reason"]) for row in contents.rejects)
