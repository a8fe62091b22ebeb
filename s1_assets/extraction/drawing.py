r"""Pictures drawn in TeX, typeset by pdfTeX.

A paper's drawings are typeset in one run, since its preamble takes longer than most drawings. TeX itself reads the
preamble, up to \begin{document}; errors in it are passed over, such as a package that this machine lacks. An error in
a drawing is not: what TeX shows after one is not what the author drew.

A paper that needs PostScript (PSTricks) goes through dvips. XeTeX and LuaTeX are not used, as Lua reads and writes what
it likes. Everything that TeX may reach is up to `confined`. Beside that, nothing but TEXINPUTS leads to the paper's
files, so that none of them passes for a format, a font map or a configuration of the engine.
"""

import errno
import re
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from s1_assets.extraction.confined import DiskFullError, Ended, run_confined
from s1_assets.extraction.confinement import can_hide_files
from s1_assets.extraction.document import Drawing
from s1_assets.rejects import Reason, Reject

SECONDS = 150.0  # for all drawings of a paper
MAX_DRAWINGS = 100  # of a paper
_START_SECONDS, _DRAWING_SECONDS = 40.0, 5.0  # of one run, and more for each drawing in it

_JOB = "figurepairs"
_HARNESS = Path(__file__).with_name("drawing.tex")
_PAPER_SIZE = "3600bp,3600bp"  # as in the harness
_GRAPHICS = frozenset((".pdf", ".png", ".jpg", ".jpeg", ".eps", ".ps", ".gif", ".tif", ".tiff", ".bmp", ".svg", ".mps"))
_UNFIT_NAME = frozenset((errno.ENAMETOOLONG, errno.ENOTDIR, errno.EISDIR, errno.EEXIST))  # TeX does without the file
_ENVIRONMENT = {
    "openin_any": "p",
    "openout_any": "p",
    "MKTEXTFM": "0",
    "MKTEXPK": "0",
    "MKTEXMF": "0",
    "max_print_line": "1000",
    "SOURCE_DATE_EPOCH": "0",
    "FORCE_SOURCE_DATE": "1",
}

# What TeX says, told by the harness where it stands in <...>.
_MARK = re.compile(r"<drawing (?P<number>\d{1,3}) (?P<what>begins|ends)>")
_BEGUN = re.compile(r"<drawing (\d{1,3}) begins>")
_ERROR = re.compile(
    r"^(?:! *+(?!Emergency stop|==> Fatal)"  # which only tell that TeX ends here
    r"|<(?=not found)"
    r"|Package .* Warning: (?=File .* not found|.*layout' requires LuaTeX))"  # TeX goes on without
    r"(.+?)>?$",
    re.MULTILINE,
)
_OTHER_ENGINE = re.compile(r"Xe(?:La)?TeX|Lua(?:La)?TeX")
_PLACE = re.compile(r"^l\.\d+ .*$", re.MULTILINE)
_PAGE = re.compile(rb"^%%Page: .*$", re.MULTILINE)
_NOT_FOUND = re.compile(r"<not found: ([^<>]+)>")


@dataclass(frozen=True)
class Typeset:
    """A drawing as a page of a PDF, or as PostScript of one page. Around the drawing the page is white."""

    content: bytes
    page: int = 1


Outcome = Typeset | Reject


def typeset_drawings(
    drawings: Iterable[Drawing], files: Mapping[str, bytes], seconds: float = SECONDS
) -> dict[Drawing, Outcome]:
    """Typeset the drawings of one paper, each once; `files` are those of its archive.

    Rejects them with NEEDS_TEX where nothing on this machine may typeset them (XeTeX and LuaTeX may not), with
    TYPESETTING_FAILED and TeX's first error, or with RENDER_TIMEOUT after `seconds` for all of them. Raises
    DiskFullError.
    """
    wanted = list(dict.fromkeys(drawings))
    pdftex = shutil.which("pdflatex")
    if pdftex is None:
        return {drawing: _needs_tex(drawing, "install TeX Live (apt install texlive-pictures)") for drawing in wanted}
    if not can_hide_files():
        missing = "but this kernel cannot keep TeX from the machine's files: Linux 5.13 or newer with Landlock can"
        return {drawing: _needs_tex(drawing, missing) for drawing in wanted}
    deadline = time.monotonic() + seconds
    excess = Reject(Reason.RENDER_TIMEOUT, f"beyond the first {MAX_DRAWINGS} drawings of the paper")
    outcome: dict[Drawing, Outcome] = dict.fromkeys(wanted[MAX_DRAWINGS:], excess)
    for document in dict.fromkeys(drawing.document for drawing in wanted[:MAX_DRAWINGS]):
        group = [drawing for drawing in wanted[:MAX_DRAWINGS] if drawing.document == document]
        with tempfile.TemporaryDirectory(prefix="drawings-") as name:
            bench = _Bench(Path(name), pdftex)
            try:
                bench.set_up(document, _needed(group, files))
                outcome |= _typeset(bench, group, deadline)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
                raise DiskFullError(f"no room left in {Path(name).parent} for TeX's files; free some disk") from error
    return outcome


def _needs_tex(drawing: Drawing, remedy: str) -> Reject:
    return Reject(Reason.NEEDS_TEX, f"drawn in TeX ({drawing.language}); {remedy}")


def _needed(drawings: Sequence[Drawing], files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files that the drawings may read: all but the graphics that none of them names."""
    sources = "\n".join(drawing.source for drawing in drawings)
    paths = {path: PurePosixPath(path) for path in files}
    return {
        name: files[name]
        for name, path in paths.items()
        if path.suffix.lower() not in _GRAPHICS or path.stem in sources
    }


def _typeset(bench: "_Bench", drawings: list[Drawing], deadline: float) -> dict[Drawing, Outcome]:
    """Run after run until every drawing has come to something; a run that ends early leaves some to the next."""
    outcome: dict[Drawing, Outcome] = {}
    batches = [drawings]
    while batches:
        batch = batches.pop()
        seconds = min(deadline - time.monotonic(), _START_SECONDS + _DRAWING_SECONDS * len(batch))
        if seconds <= 0:
            outcome |= dict.fromkeys(batch, Reject(Reason.RENDER_TIMEOUT, "no time was left after others of the paper"))
            continue
        run = bench.run(batch, seconds)
        if run.needs_postscript:
            bench.postscript = True
            batches.append(batch)
            continue
        outcome |= run.settled
        left = [drawing for drawing in batch if drawing not in run.settled]
        if left and run.settled:
            batches.append(left)
        elif len(left) > 1:
            batches += [left[: len(left) // 2], left[len(left) // 2 :]]
        elif left:
            outcome[left[0]] = run.lost
    return outcome


@dataclass(frozen=True)
class _Run:
    """What a run of TeX came to. A drawing that is not `settled` was lost with the run, by no error of its own."""

    lost: Reject
    settled: dict[Drawing, Outcome] = field(default_factory=dict)
    needs_postscript: bool = False


@dataclass
class _Bench:
    """A folder in which TeX runs: it reads the paper's files in `source` and writes to `work`."""

    folder: Path
    pdftex: str
    postscript: bool = False

    @property
    def work(self) -> Path:
        return self.folder / "work"

    @property
    def source(self) -> Path:
        return self.folder / "source"

    def set_up(self, document: str, files: Mapping[str, bytes]) -> None:
        """Lay out the files of the paper as they lie around its main file."""
        self.work.mkdir()
        self.source.mkdir()
        home = f"{PurePosixPath(document).parent}/"
        for path, content in files.items():
            self._lay_out(path, content)
            if path.startswith(home):
                self._lay_out(path.removeprefix(home), content)
        shutil.copy(_HARNESS, self.work / f"{_JOB}.tex")
        self._write(f"{_JOB}.sty", "")
        (self.work / f"{_JOB}-document.tex").write_bytes(files.get(document, b""))

    def _lay_out(self, path: str, content: bytes) -> None:
        if path.startswith(_JOB):
            return  # the paper's folders must not stand where the run's own files will
        try:
            for folder in (self.source, self.work):  # TeX writes beside what it reads
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (self.source / path).write_bytes(content)
        except OSError as error:
            if error.errno not in _UNFIT_NAME:
                raise

    def _write(self, name: str, text: str) -> None:
        (self.work / name).write_text(text, "utf-8")

    def run(self, drawings: Sequence[Drawing], seconds: float) -> _Run:
        """Typeset some drawings, each on a page, in one run of TeX."""
        steps = []
        for number, drawing in enumerate(drawings):
            self._write(f"{_JOB}-{number}-setting.tex", f"{drawing.setting}\n")
            self._write(f"{_JOB}-{number}.tex", f"{drawing.source}\n")
            steps.append(f"\\figurepairsopen\\input{{{_JOB}-{number}-setting.tex}}\\figurepairsbegin{{{number}}}%\n")
            steps.append(f"\\input{{{_JOB}-{number}.tex}}\\figurepairsend{{{number}}}%\n")
        self._write(f"{_JOB}-drawings.tex", "".join([*steps, "\\figurepairsstop\n"]))
        for suffix in ("pdf", "dvi"):
            (self.work / f"{_JOB}.{suffix}").unlink(missing_ok=True)
        target = f"-output-format={'dvi' if self.postscript else 'pdf'}"
        # In scroll mode TeX asks for files alone, and empty lines tell it to go on without; in nonstop mode it ends.
        command = [self.pdftex, "-no-shell-escape", "-interaction=scrollmode", target, f"{_JOB}.tex"]
        ended = self._confined(command, seconds, fed=b"\n" * 100)
        late = Reject(Reason.RENDER_TIMEOUT, f"TeX was not done after {seconds:.0f} s")
        return self._read(drawings, ended.said, late if ended.code is None else _last_error(ended))

    def _confined(self, command: Sequence[str], seconds: float, fed: bytes = b"") -> Ended:
        environment = _ENVIRONMENT | {"TEXINPUTS": f".:{self.source}:"}
        # TeX Live that does not come with the system lies in a tree of its own: <tree>/bin/<platform>/pdflatex.
        folders = Path(self.pdftex).resolve().parents
        tree = folders[2:3] if folders[1].name == "bin" else ()
        readable = [self.source, *tree]
        return run_confined(command, self.work, seconds, fed=fed, environment=environment, readable=readable)

    def _read(self, drawings: Sequence[Drawing], said: str, lost: Reject) -> _Run:
        """What a run came to, by what TeX said; `lost` is why it ended early, if it did."""
        if "<needs dvips>" in said and not self.postscript:
            return _Run(lost, needs_postscript=True)
        if "<preamble read>" not in said:
            return _Run(lost, dict.fromkeys(drawings, lost))
        settled: dict[Drawing, Outcome] = {}
        pages: dict[Drawing, int] = {}
        after = 0
        for page, (begin, end) in enumerate(_finished(said), 1):
            after = end.end()
            drawing = drawings[int(begin["number"]) % len(drawings)]
            own = said[begin.end() : end.start()]
            if error := _ERROR.search(own):
                settled[drawing] = _failure(error, own, said)
            else:
                pages[drawing] = page
        if broken_off := _BEGUN.search(said, after):
            rest = said[broken_off.end() :]
            error = _ERROR.search(rest)
            drawing = drawings[int(broken_off[1]) % len(drawings)]
            is_late = lost.reason is Reason.RENDER_TIMEOUT
            settled[drawing] = lost if is_late or error is None else _failure(error, rest, said)
        if "Output written on" in said:
            settled |= self._made(pages)
        return _Run(lost, settled)

    def _made(self, pages: Mapping[Drawing, int]) -> dict[Drawing, Outcome]:
        """The pages of what TeX has written."""
        pdf = self.work / f"{_JOB}.pdf"
        if pdf.is_file():
            content = pdf.read_bytes()
            return {drawing: Typeset(content, page) for drawing, page in pages.items()}
        postscript = self._postscript()
        if isinstance(postscript, Reject):
            return dict.fromkeys(pages, postscript)
        prologue, *shown = _PAGE.split(postscript)
        return {drawing: Typeset(prologue + shown[page - 1]) for drawing, page in pages.items() if page <= len(shown)}

    def _postscript(self) -> bytes | Reject:
        """What dvips makes of the pages; comments of included files (-K) do not pass for its own."""
        dvips = shutil.which("dvips")
        if dvips is None:
            return Reject(Reason.NEEDS_TEX, "drawn in PostScript by TeX; install dvips (apt install texlive-base)")
        made = self.work / f"{_JOB}.ps"
        made.unlink(missing_ok=True)
        command = [dvips, "-R2", "-q", "-K", "-T", _PAPER_SIZE, "-o", made.name, f"{_JOB}.dvi"]
        ended = self._confined(command, _START_SECONDS)
        if ended.code != 0:
            return Reject(Reason.TYPESETTING_FAILED, f"dvips ended with code {ended.code}: {ended.said[:300]}")
        return made.read_bytes()


def _finished(said: str) -> Iterator[tuple[re.Match[str], re.Match[str]]]:
    """The marks around each drawing that came to its end, in one pass: a drawing may fill what TeX says with marks."""
    begun: re.Match[str] | None = None
    for mark in _MARK.finditer(said):
        if mark["what"] == "begins":
            begun = begun if begun and begun["number"] == mark["number"] else mark
        elif begun and begun["number"] == mark["number"]:
            yield begun, mark
            begun = None


def _last_error(ended: Ended) -> Reject:
    errors = [*_ERROR.finditer(ended.said)]
    if not errors:
        said = ended.said.strip().rpartition("\n")[2]
        return Reject(Reason.TYPESETTING_FAILED, f"TeX ended with code {ended.code}: {said[:300]}")
    return _failure(errors[-1], ended.said, ended.said)


def _failure(error: re.Match[str], said: str, all_said: str) -> Reject:
    """An error of TeX with its place, and with the packages and files that it has not found."""
    place = _PLACE.search(said, error.end())
    missing = sorted(set(_NOT_FOUND.findall(all_said)))
    told = [error[1].strip(), place[0].strip() if place else "", *(f"not found: {name}" for name in missing)]
    reason = Reason.NEEDS_TEX if _OTHER_ENGINE.search(error[1]) else Reason.TYPESETTING_FAILED
    return Reject(reason, "; ".join(filter(None, dict.fromkeys(told)))[:400])
