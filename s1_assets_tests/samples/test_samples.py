"""The sample papers are what their README promises: mirrors of every source, varied, and the same on every run."""

import gzip
import hashlib
import html
import io
import json
import re
import shutil
import subprocess
import sys
import tarfile
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pymupdf
import pytest
from PIL import Image

from samples.make import LAYOUTS
from samples.paper import Paper, read_papers
from samples.typesetting import pdf_of

REPOSITORY = Path(__file__).resolve().parents[2]
EXPECTED = [json.loads(line) for line in (REPOSITORY / "samples/expected.jsonl").read_text().splitlines()]
ARXIV = [paper for paper in EXPECTED if paper["source"] == "arxiv"]
MISSING_ON_PURPOSE = {("2406.99002", "loss_landscape.pdf")}
PICTURES = {".pdf", ".eps", ".ps", ".png", ".jpg"}


@pytest.fixture(scope="module")
def mirror(sample_mirror: Path) -> Path:
    """The mirror of arXiv."""
    return sample_mirror / "arxiv"


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


def test_a_second_run_gives_the_same_bytes_and_touches_nothing(sample_mirror: Path, tmp_path: Path) -> None:
    shutil.copytree(sample_mirror, tmp_path / "mirror")
    before = _state(tmp_path / "mirror")
    subprocess.run([sys.executable, "-m", "samples.make", str(tmp_path / "mirror")], check=True, cwd=REPOSITORY)
    assert _state(tmp_path / "mirror") == before


def _state(folder: Path) -> dict[Path, tuple[int, bytes]]:
    return {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.rglob("*") if path.is_file()}


def test_every_paper_is_expected_but_the_superseded_versions() -> None:
    papers = {(source, paper.name) for source in LAYOUTS for paper in read_papers(source)}
    expected = {(paper["source"], paper["folder"]) for paper in EXPECTED}
    assert papers - expected == {("biorxiv", "snow_algae_first"), ("natcomms", "snow_algae_article_first")}
    assert expected <= papers


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
    for paper in ARXIV:
        panels = {panel["file"] for figure in paper["figures"] if figure["env"] != "pdf" for panel in figure["panels"]}
        rejected = {reject["file"] for reject in paper["rejects"] if "file_missing" not in reject["reasons"]}
        held = {name for name in sources.get(paper["paper"], {}) if Path(name).suffix in PICTURES}
        assert (panels | rejected) - {None} == held, paper["paper"]


def test_expected_titles_are_those_of_the_records(mirror: Path) -> None:
    assert {paper["paper"]: paper["title"] for paper in ARXIV} == {
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


@pytest.mark.parametrize(
    ("source", "namespace", "folders"),
    [
        ("biorxiv", "https://manuscriptexchange.org/schema/manifest", {"content", "manifest.xml", "transfer.xml"}),
        ("medrxiv", "http://manuscriptexchange.org", {"24990004"}),
    ],
)
def test_manifests_of_both_dialects_list_every_file(
    sample_mirror: Path, source: str, namespace: str, folders: set[str]
) -> None:
    for path in sorted((sample_mirror / source).rglob("*.meca")):
        with zipfile.ZipFile(path) as archive:
            names = {Path(name) for name in archive.namelist()}
            [manifest] = [name for name in names if name.name == "manifest.xml"]
            root = ElementTree.fromstring(archive.read(str(manifest)))
        assert {name.parts[0] for name in names} == folders
        assert root.tag == f"{{{namespace}}}manifest"
        listed = {value for item in root.iter() for key, value in item.items() if key.endswith("href")}
        described = {str(name.relative_to(manifest.parent)) for name in names if name.parent.name == "content"}
        assert listed == described


def test_every_picture_of_a_jats_article_is_there(sample_mirror: Path) -> None:
    articles = {}
    for path in sorted(sample_mirror.rglob("*.meca")):
        with zipfile.ZipFile(path) as archive:
            files = {Path(name).name: archive.read(name) for name in archive.namelist()}
        [name] = [name for name in files if re.fullmatch(r"\d+\.xml", name)]
        articles[path] = files[name].decode(), set(files)
    for path in sorted(sample_mirror.glob("pmc-oa/*/*.xml")):
        articles[path] = path.read_text(), {found.name for found in path.parent.iterdir()}
    assert len(articles) == 5
    for path, (article, names) in articles.items():
        included = set(re.findall(r'<(?:inline-)?graphic [^>]*xlink:href="([^"]+)"', article))
        stems = names | {Path(name).stem for name in names}
        assert included and included <= stems, path


def test_pmc_metadata_hold_the_sums_of_the_files(sample_mirror: Path) -> None:
    found = 0
    for path in (sample_mirror / "pmc-oa/metadata").iterdir():
        metadata = json.loads(path.read_text())
        for url in filter(None, [metadata["xml_url"], *metadata["media_urls"]]):
            name, _, md5 = url.removeprefix("s3://pmc-oa-opendata/").partition("?md5=")
            assert hashlib.md5((sample_mirror / "pmc-oa" / name).read_bytes()).hexdigest() == md5
            found += 1
    assert found == len([path for path in sample_mirror.glob("pmc-oa/PMC*/*") if path.is_file()])


def test_one_pdf_asks_for_a_password(sample_mirror: Path) -> None:
    locked = set()
    for path in sorted(sample_mirror.glob("*/pdf/*.pdf")):
        with pymupdf.open(path) as document:
            if document.needs_pass:
                locked.add(path.name)
    assert locked == {"chemrxiv-2024-sample2.pdf"}


def test_a_typeset_pdf_holds_every_word_of_its_page() -> None:
    pages = list((REPOSITORY / "samples/papers").rglob("*.html"))
    assert len(pages) == 7
    for path in pages:
        paper = Paper(path.parents[2].name, path.parents[1].name, {})
        with pymupdf.open(stream=pdf_of(paper.files()), filetype="pdf") as document:
            typeset = unicodedata.normalize("NFKC", "".join(sheet.get_text() for sheet in document))
        written = html.unescape(re.sub(r"<[^>]*>", " ", path.read_text()))
        assert Counter(re.findall(r"\w+", written)) <= Counter(re.findall(r"\w+", typeset)), path


def test_no_identifier_can_be_a_real_one(sample_mirror: Path) -> None:
    """OSF makes ids without 0, 1, i, l and o; ChemRxiv's end in five characters."""
    ids = [json.loads(line)["id"] for path in sample_mirror.glob("*/preprints.jsonl") for line in path.open()]
    assert len(ids) == 4 and all(set(name.partition("_")[0]) & set("01ilo") for name in ids)
    works = [json.loads(line)["DOI"] for line in (sample_mirror / "chemrxiv/works.jsonl").open()]
    assert all(re.match(r"10\.26434/chemrxiv-2024-[a-z0-9]{7}\b", doi) for doi in works)
