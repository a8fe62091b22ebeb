"""The LaTeX papers of an arXiv mirror with their labelled figures."""

import json
import sys
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.latex_scores import CaptionedFigure
from s1_assets.extraction.latex.main_file import find_documents
from s1_assets.extraction.latex.source import Source
from s1_assets.extraction.unpack import Package, unpack

_IDS = "arxiv/IDS.tsv"  # where labels go by names: name, identifier, further columns


@dataclass(frozen=True)
class LabelledPaper:
    """One paper: its unpacked files, the path of its main file, and its labelled figures where it has any labels."""

    id: str
    archive: bytes
    source: Source
    main: str
    labels: tuple[CaptionedFigure, ...] | None

    def unpack_to(self, folder: Path) -> None:
        """Write all files under `folder`."""
        for path, content in self.source.files.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)


def read_papers(mirror: Path, labels: Iterable[Path]) -> Iterator[LabelledPaper]:
    """Every paper of the mirror's source chunks that is LaTeX and has a main file; the others are told on stderr.

    `labels` are files of one JSON object a paper, as samples/expected.jsonl; a paper that none of them knows has none.
    """
    ids: dict[str, str] = {}
    if (mirror / _IDS).is_file():
        ids = dict(line.split("\t")[:2] for line in (mirror / _IDS).read_text().splitlines())
    known = {identifier: figures for path in labels for identifier, figures in _labels(path, ids)}
    for tar in sorted((mirror / "arxiv/src").glob("*.tar")):
        with tarfile.open(tar) as chunk:
            for member in chunk:
                stream = chunk.extractfile(member)
                if stream is None:
                    continue
                identifier = Path(member.name).stem
                archive = stream.read()
                package = unpack(archive)
                source = Source(package.files) if isinstance(package, Package) else Source({})
                documents = find_documents(source)
                if documents is None:
                    print(f"{identifier} is no LaTeX and left out", file=sys.stderr)
                    continue
                yield LabelledPaper(identifier, archive, source, documents.paper[0], known.get(identifier))


def _labels(path: Path, ids: Mapping[str, str]) -> Iterator[tuple[str, tuple[CaptionedFigure, ...]]]:
    """Identifier, as members of chunks are named (without a slash), and figures of which a file is in the archive."""
    for paper in map(json.loads, path.read_text().splitlines()):
        figures = (
            CaptionedFigure(
                figure["caption"],
                tuple(dict.fromkeys(Path(panel["file"]).name for panel in figure["panels"] if panel["file"])),
            )
            for figure in paper["figures"]
        )
        identifier = ids.get(paper["paper"], paper["paper"])
        yield identifier.replace("/", ""), tuple(figure for figure in figures if figure.files)
