"""A sample paper as its folder `samples/papers/<source>/<name>/` has it."""

import importlib
import shutil
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PAPERS = Path(__file__).with_name("papers")


@dataclass(frozen=True)
class Paper:
    """One sample paper. `record` is what paper.toml says of it, in the terms of its source."""

    source: str
    name: str
    record: dict[str, Any]

    def files(self) -> dict[str, bytes]:
        """The files of the folder `source`, pictures drawn, by path; none for a paper that is only known of."""
        paper = PAPERS / self.source / self.name
        if not (paper / "source").is_dir():
            return {}
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name) / "source"
            shutil.copytree(paper / "source", folder)
            if (paper / "pictures.py").is_file():
                importlib.import_module(f"samples.papers.{self.source}.{self.name}.pictures").draw(folder)
            files = sorted(path for path in folder.rglob("*") if path.is_file())
            return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def read_papers(source: str) -> list[Paper]:
    """All papers of a source, by name."""
    found = sorted((PAPERS / source).glob("*/paper.toml"))
    return [Paper(source, path.parent.name, tomllib.loads(path.read_text())) for path in found]
