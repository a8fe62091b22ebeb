"""LaTeXML and pandoc, each run at its best for finding figures.

LaTeXML runs by the command and with the local styles that ar5iv uses, which also leaves what it has when it gives up;
without parsing formulas, which captions do not need; and without the TeX installation, from which it would read the
LaTeX 3 kernel line by line (ten minutes with TeX Live 2022: github.com/brucemiller/LaTeXML/issues/2268) for packages
that show no figures. Its own definitions of classes and packages are all there. Pandoc runs as it does by default.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from benchmarks.latex_scores import CaptionedFigure
from benchmarks.latexml_figures import read_latexml
from benchmarks.pandoc_figures import read_pandoc

TIMEOUT_SECONDS = 180.0
_GRACE_SECONDS = 10.0  # LaTeXML keeps the time itself, and then writes what it has

Outcome = Literal["converted", "failed", "timed out"]


@dataclass(frozen=True)
class Conversion:
    """What became of one paper; files of figures are as the document names them.

    Where it was converted several times, `seconds` is the median and `first_seconds` what the first time took.
    """

    seconds: float
    outcome: Outcome
    figures: tuple[CaptionedFigure, ...] = ()
    first_seconds: float | None = None


@dataclass(frozen=True)
class Peer:
    """A converter: the Debian package, its program, arguments before the main file, and the reader of its output."""

    name: str
    package: str
    program: str
    arguments: tuple[str, ...]
    read: Callable[[str], list[CaptionedFigure]]

    def is_installed(self) -> bool:
        """Whether its program is on this machine."""
        return shutil.which(self.program) is not None

    def version(self) -> str:
        """What it says of itself."""
        flag = "--version" if self.package == "pandoc" else "--VERSION"
        said = subprocess.run([self.program, flag], capture_output=True, text=True, check=False)
        return (said.stdout + said.stderr).partition("\n")[0].strip()

    def convert(self, folder: Path, main: str) -> Conversion:
        """Convert the document `main` of the paper unpacked in `folder`, from the folder in which it lies."""
        document = folder / main
        output = folder.parent / f"{folder.name}.{self.name}"
        places = {"folder": str(folder), "output": str(output)}
        command = [self.program, *(argument.format(**places) for argument in self.arguments), document.name]
        inputs = os.pathsep.join((".", str(folder), ""))
        environment = os.environ | {"TEXINPUTS": inputs, "LATEXML_KPSEWHICH": "no TeX installation"}
        began = time.perf_counter()
        outcome: Outcome = "timed out"
        try:
            done = subprocess.run(
                command,
                cwd=document.parent,
                env=environment,
                capture_output=True,
                timeout=TIMEOUT_SECONDS + _GRACE_SECONDS,
                check=False,
            )
            if time.perf_counter() - began < TIMEOUT_SECONDS:
                outcome = "failed" if done.returncode else "converted"
        except subprocess.TimeoutExpired:
            pass  # it has been ended, and what it wrote counts
        took = time.perf_counter() - began
        text = output.read_text(encoding="utf-8") if output.is_file() else ""
        return Conversion(took, outcome, tuple(self.read(text)) if text else ())


PEERS = (
    Peer(
        "LaTeXML",
        package="latexml",
        program="latexmlc",
        arguments=(
            "--quiet",
            "--format=xml",
            "--nopost",
            "--nocomments",
            "--noparse",
            "--preload=[nobibtex,localrawstyles]latexml.sty",
            "--path={folder}",
            f"--timeout={TIMEOUT_SECONDS:.0f}",
            "--log={output}.log",
            "--dest={output}",
        ),
        read=read_latexml,
    ),
    Peer(
        "pandoc",
        package="pandoc",
        program="pandoc",
        arguments=("--from=latex", "--to=json", "--output={output}"),
        read=read_pandoc,
    ),
)
