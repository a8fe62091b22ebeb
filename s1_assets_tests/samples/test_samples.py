"""The sample papers are what their README promises: an arXiv mirror, varied, and the same on every run."""

import gzip
import hashlib
import io
import json
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pymupdf
import pytest
from PIL import Image

from samples.make import make_samples

REPOSITORY = Path(__file__).resolve().parents[2]
EXPECTED = [json.loads(line) for line in (REPOSITORY / "samples/expected.jsonl").read_text().splitlines()]
MISSING_ON_PURPOSE = {("2406.99002", "loss_landscape.pdf")}
PICTURES = {".pdf", ".eps", ".ps", ".png", ".jpg"}


@pytest.fixture(scope="module")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The mirror as the command line makes it."""
    folder = tmp_path_factory.mktemp("mirror")
    subprocess.run([sys.executable, "-m", "samples.make", str(folder)], check=True, cwd=REPOSITORY)
    return folder / "arxiv"


@pytest.fixture(scope="module")
def members(mirror: Path) -> dict[str, bytes]:
    """Every member of every chunk, by its path."""
    found = {}
    for path in sorted(mirror.glob("src/*.tar")):
        with tarfile.open(path) as chunk:
            found |= {member.name: chunk.extractfile(member).read() for member in chunk if member.isfile()}
    return found


@pytest.fixture(scope="module")
def sources(members: dict[str, bytes]) -> dict[str, dict[str, bytes]]:
    """Files of every LaTeX paper, by id and path."""
    return {Path(name).stem: dict(_files(content)) for name, content in members.items() if name.endswith(".gz")}


def _files(content: bytes) -> Iterator[tuple[str, bytes]]:
    content = gzip.decompress(content)
    try:
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            for member in archive:
                yield member.name, archive.extractfile(member).read()
    except tarfile.ReadError:
        yield "(single file)", content


def _tex(files: dict[str, bytes]) -> str:
    """All live TeX of a paper: no comments, nothing inside \\iffalse."""
    text = "\n".join(content.decode() for name, content in files.items() if Path(name).suffix in {".tex", ".sty", ""})
    return re.sub(r"\\iffalse.*?\\fi", "", re.sub(r"(?<!\\)%.*", "", text), flags=re.DOTALL)


def _records(mirror: Path) -> dict[str, dict]:
    lines = (mirror / "arxiv-metadata-oai-snapshot.json").read_text().splitlines()
    return {record["id"]: record for record in map(json.loads, lines)}


def test_a_second_run_gives_the_same_bytes_and_touches_nothing(mirror: Path) -> None:
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in mirror.rglob("*") if path.is_file()}
    make_samples(mirror.parent)
    after = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in mirror.rglob("*") if path.is_file()}
    assert after == before


def test_the_manifest_describes_every_chunk(mirror: Path) -> None:
    entries = ElementTree.parse(mirror / "src/arXiv_src_manifest.xml").getroot().findall("file")
    assert {entry.findtext("filename") for entry in entries} == {
        f"src/{path.name}" for path in mirror.glob("src/*.tar")
    }
    for entry in entries:
        path = mirror / str(entry.findtext("filename"))
        assert entry.findtext("md5sum") == hashlib.md5(path.read_bytes()).hexdigest()
        assert entry.findtext("size") == str(path.stat().st_size)
        with tarfile.open(path) as chunk:
            papers = [member for member in chunk if member.isfile()]
            contents = b"".join(chunk.extractfile(member).read() for member in papers)
        assert entry.findtext("num_items") == str(len(papers))
        assert entry.findtext("first_item") == Path(papers[0].name).stem
        assert entry.findtext("last_item") == Path(papers[-1].name).stem
        assert entry.findtext("content_md5sum") == hashlib.md5(contents).hexdigest()


def test_two_months_of_at_least_twelve_papers_have_two_chunks_in_one(mirror: Path, members: dict[str, bytes]) -> None:
    chunks = sorted(path.name for path in mirror.glob("src/*.tar"))
    assert chunks == ["arXiv_src_2405_001.tar", "arXiv_src_2405_002.tar", "arXiv_src_2406_001.tar"]
    assert len(members) >= 12


def test_every_record_but_the_withdrawn_one_has_a_member(mirror: Path, members: dict[str, bytes]) -> None:
    records = _records(mirror)
    without = records.keys() - {Path(name).stem for name in members}
    assert without == {"2405.99005"}
    assert "withdrawn" in records["2405.99005"]["comments"]
    assert [name for name in members if name.endswith(".pdf")] == ["2406/2406.99005.pdf"]


def test_every_kind_of_licence_occurs(mirror: Path) -> None:
    licences = {record["license"] for record in _records(mirror).values()}
    assert licences == {
        "http://creativecommons.org/licenses/by/4.0/",
        "http://creativecommons.org/licenses/by-nc-nd/4.0/",
        "http://creativecommons.org/publicdomain/zero/1.0/",
        "http://arxiv.org/licenses/nonexclusive-distrib/1.0/",
    }


def test_no_serial_number_can_be_a_real_one(mirror: Path) -> None:
    assert all(int(identifier.partition(".")[2]) > 99000 for identifier in _records(mirror))


def test_every_graphic_that_a_paper_includes_is_there_but_the_documented_one(
    sources: dict[str, dict[str, bytes]],
) -> None:
    included = re.compile(r"\\(?:includegraphics|plotone|fig)\*?(?:\[[^]]*\])?\{([^}#]+)\}|(?:file|figure)=([^,}]+)")
    missing = set()
    for paper, files in sources.items():
        stems = {Path(name).name for name in files} | {Path(name).stem for name in files}
        names = ["".join(found) for found in included.findall(_tex(files))]
        missing |= {(paper, name) for name in names if Path(name).name not in stems and ":" not in name}
    assert {pair for pair in missing if Path(pair[1]).suffix in PICTURES} == MISSING_ON_PURPOSE


def test_every_picture_of_an_archive_is_expected_and_every_expected_file_is_there(
    sources: dict[str, dict[str, bytes]],
) -> None:
    for paper in EXPECTED:
        panels = {panel["file"] for figure in paper["figures"] for panel in figure["panels"]}
        rejected = {reject["file"] for reject in paper["rejects"] if "file_missing" not in reject["reasons"]}
        held = {name for name in sources.get(paper["paper"], {}) if Path(name).suffix in PICTURES}
        assert (panels | rejected) - {None} == held, paper["paper"]


def test_expected_titles_are_those_of_the_records(mirror: Path) -> None:
    assert {paper["paper"]: paper["title"] for paper in EXPECTED} == {
        identifier: record["title"] for identifier, record in _records(mirror).items()
    }


@pytest.mark.parametrize(
    "style",
    [
        r"\documentclass[aps,prb,twocolumn,superscriptaddress]{revtex4-2}",
        r"{acmart}",
        r"{aastex631}",
        r"{IEEEtran}",
        r"{elsarticle}",
        r"{llncs}",
        r"{amsart}",
        r"{tinyconf}",
        r"\documentstyle",
        r"\begin{figure*}",
        r"\begin{teaserfigure}",
        r"\begin{wrapfigure}",
        r"\begin{sidewaysfigure}",
        r"\begin{SCfigure}",
        r"\begin{subfigure}",
        r"\subfigure[",
        r"\subfloat[",
        r"\subcaptionbox{",
        r"\begin{minipage}",
        r"\captionof{figure}",
        r"\plotone{",
        r"\plottwo{",
        r"\gridline{",
        r"\psfig{",
        r"\epsfig{",
        r"\begin{overpic}",
        r"\begin{tikzpicture}",
        r"\includegraphics*",
        r"\graphicspath",
        r"\newcommand{\insertfig}",
        r"\newcommand{\figref}",
        r"\input{sections/definition}",
        r"\input sections/simulation.tex",
        "trim=",
        "viewport=",
        "page=2",
        "angle=90",
        "angle=-90",
        r"\cref{",
        r"\Cref{",
        r"\crefrange{",
        r"\autoref{",
        r"\begin{table}",
        r"\begin{deluxetable}",
    ],
)
def test_every_promised_style_occurs(sources: dict[str, dict[str, bytes]], style: str) -> None:
    assert any(style in _tex(files) for files in sources.values())


def test_pictures_come_in_every_promised_format(sources: dict[str, dict[str, bytes]]) -> None:
    found = set()
    for files in sources.values():
        for name, content in files.items():
            if Path(name).suffix in {".png", ".jpg"}:
                with Image.open(io.BytesIO(content)) as image:
                    found.add((str(image.format), image.mode))
            elif Path(name).suffix in {".eps", ".ps"}:
                found.add((Path(name).suffix, content.splitlines()[0].decode()))
            elif Path(name).suffix == ".pdf":
                with pymupdf.open(stream=content, filetype="pdf") as document:
                    found.add(("PDF", f"{document.page_count} pages"))
                    assert document[0].get_text(), f"{name} has no text layer"
    assert found == {
        *{("PNG", mode) for mode in ("L", "I;16", "P", "RGB", "RGBA")},
        *{("JPEG", mode) for mode in ("L", "RGB", "CMYK")},
        (".eps", "%!PS-Adobe-3.0 EPSF-3.0"),
        (".ps", "%!PS-Adobe-3.0"),
        ("PDF", "1 pages"),
        ("PDF", "2 pages"),
    }
