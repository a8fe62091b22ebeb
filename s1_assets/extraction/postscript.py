"""PostScript to PDF, by Ghostscript.

A PostScript file is a program, so Ghostscript runs confined, and without the machine's files (-dSAFER) as well.
"""

import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from s1_assets.extraction.confined import run_confined
from s1_assets.extraction.media import DOS_EPS
from s1_assets.extraction.view import Box, has_area
from s1_assets.rejects import Reason, Reject

TIMEOUT_SECONDS = 60.0
_OPTIONS = (
    "-dSAFER",
    "-P-",
    "-q",
    "-dBATCH",
    "-dNOPAUSE",
    "-dALLOWPSTRANSPARENCY",
    "-dNONATIVEFONTMAP",  # fonts that come with Ghostscript, the same on every machine
    "-sDEVICE=pdfwrite",
    "-dAutoRotatePages=/None",
    "-dAutoFilterColorImages=false",
    "-dAutoFilterGrayImages=false",
    "-dColorImageFilter=/FlateEncode",
    "-dGrayImageFilter=/FlateEncode",
)
_PIPE = "-_"  # standard input, read in blocks; a bare "-" is read byte by byte and takes up to ten times as long
_MARGIN = 72.0  # points
# The page is the bounding box with a margin around, since LaTeX shows what a file draws outside its box too. What whole
# pages do to set up a page of their own has no effect (dvips neutralises the same operators in included files,
# special.pro).
_PAGE_SETUP = """%!
<< /PageSize [{width} {height}] >> setpagedevice
{x} {y} translate
/setpagedevice {{pop}} def /initgraphics {{}} def /initmatrix {{}} def /erasepage {{}} def
"""
# A figure is one page. Whatever follows it, such as the data that drawing programs keep for themselves, is not read.
_ONE_PAGE = b"/showpage {systemdict /showpage get exec quit} bind def\n"
# An EPS file need not show its page.
_EPILOGUE = b"\nsystemdict begin currentpagedevice /PageCount get 0 eq { showpage } if\n"

_NUMBER = rb"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)"
_BOUNDING_BOX = re.compile(rb"(?:^|[\r\n])%%BoundingBox:[ \t]*(?:\(atend\)|" + rb"[ \t]+".join([_NUMBER] * 4) + rb")")


@dataclass(frozen=True)
class Distilled:
    """A PDF whose first page shows a graphic with `margin` points of paper on each side of its bounding box."""

    pdf: bytes
    margin: float


def distill(content: bytes, bounding_box: Box | None = None, seconds: float = TIMEOUT_SECONDS) -> Distilled | Reject:
    """The PDF of a PostScript file, with the bounding box given, else the file's own, else the page it sets up.

    Rejects it with RENDERER_MISSING, RENDER_TIMEOUT after `seconds`, or UNREADABLE_IMAGE. Raises DiskFullError.
    """
    ghostscript = shutil.which("gs")
    if ghostscript is None:
        return Reject(Reason.RENDERER_MISSING, "PostScript needs Ghostscript: install gs (apt install ghostscript)")
    program = _program(content)
    box = bounding_box or _bounding_box(program)
    job = (_page_setup(box) if box else b"") + _ONE_PAGE + program + _EPILOGUE
    with tempfile.TemporaryDirectory(prefix="distill-") as name:
        folder = Path(name)
        pdf = folder / "page.pdf"
        command = [ghostscript, *_OPTIONS, f"-sOutputFile={pdf}", _PIPE]
        # TMPDIR is left open to the program by -dSAFER, so it must be the program's alone.
        ended = run_confined(command, folder, seconds, fed=job, environment={"TMPDIR": name})
        if ended.code is None:
            return Reject(Reason.RENDER_TIMEOUT, f"Ghostscript was not done after {seconds:g} s")
        if ended.code or not pdf.is_file():
            said = ended.said.partition("\n")[0][:300].strip()
            return Reject(Reason.UNREADABLE_IMAGE, f"Ghostscript ended with code {ended.code}: {said}")
        return Distilled(pdf.read_bytes(), _MARGIN if box else 0.0)


def _program(content: bytes) -> bytes:
    """The PostScript itself: without a DOS EPS header and preview, without what printers are told before it."""
    if content.startswith(DOS_EPS):
        start, length = (int.from_bytes(content[at : at + 4], "little") for at in (4, 8))
        content = content[start : start + length if length else None]
    start = content.find(b"%!", 0, 4096)
    return content[max(start, 0) :]


def _page_setup(box: Box) -> bytes:
    left, bottom, right, top = box
    width, height = right - left + 2 * _MARGIN, top - bottom + 2 * _MARGIN
    return _PAGE_SETUP.format(width=width, height=height, x=_MARGIN - left, y=_MARGIN - bottom).encode()


def _bounding_box(program: bytes) -> Box | None:
    """The first %%BoundingBox, or the last where the first says (atend) (Adobe Technical Note 5001, section 5.2)."""
    found = _BOUNDING_BOX.findall(program)
    in_order = found if found and found[0][0] else reversed(found)
    written = next((numbers for numbers in in_order if numbers[0]), None)
    if written is None:
        return None
    left, bottom, right, top = (float(number) for number in written)
    box = (left, bottom, right, top)
    return box if has_area(box) else None
