"""PostScript to PDF, by Ghostscript.

A PostScript file is a program, so it runs in a process of its own: without the machine's files (-dSAFER), without other
programs, without an environment, under limits of time, memory and output, in a folder that goes with it.
"""

import re
import resource
import shutil
import subprocess
import tempfile
from pathlib import Path

from s1_assets.extraction.media import DOS_EPS
from s1_assets.extraction.view import Box, has_area
from s1_assets.rejects import Reason, Reject

TIMEOUT_SECONDS = 60.0
_LIMITS = {
    resource.RLIMIT_AS: 2 << 30,
    resource.RLIMIT_CPU: 120,  # ends it when the caller is killed before it can
    resource.RLIMIT_FSIZE: 256 << 20,
    resource.RLIMIT_NPROC: 0,
    resource.RLIMIT_CORE: 0,
}
_OPTIONS = (
    "-dSAFER",
    "-P-",
    "-q",
    "-dBATCH",
    "-dNOPAUSE",
    "-dNONATIVEFONTMAP",  # fonts that come with Ghostscript, the same on every machine
    "-sDEVICE=pdfwrite",
    "-dAutoRotatePages=/None",
    "-dAutoFilterColorImages=false",
    "-dAutoFilterGrayImages=false",
    "-dColorImageFilter=/FlateEncode",
    "-dGrayImageFilter=/FlateEncode",
)
# As epstopdf does, the page is made the bounding box; what whole pages do to set up a page of their own has no effect
# (dvips neutralises the same operators in included files, special.pro).
_PROLOGUE = """%!
<< /PageSize [{width} {height}] >> setpagedevice
{x} {y} translate
/setpagedevice {{pop}} def /initgraphics {{}} def /initmatrix {{}} def /erasepage {{}} def
"""
# An EPS file need not show its page.
_EPILOGUE = b"\nsystemdict begin currentpagedevice /PageCount get 0 eq { showpage } if\n"

_NUMBER = rb"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)"
_BOUNDING_BOX = re.compile(rb"(?:^|[\r\n])%%BoundingBox:[ \t]*(?:\(atend\)|" + rb"[ \t]+".join([_NUMBER] * 4) + rb")")


def distill(content: bytes, bounding_box: Box | None = None, seconds: float = TIMEOUT_SECONDS) -> bytes | Reject:
    """The PDF of a PostScript file, its first page being the bounding box: the one given, else the file's own.

    Rejects it with RENDERER_MISSING, RENDER_TIMEOUT after `seconds`, or UNREADABLE_IMAGE.
    """
    ghostscript = shutil.which("gs")
    if ghostscript is None:
        return Reject(Reason.RENDERER_MISSING, "PostScript needs Ghostscript: install gs (apt install ghostscript)")
    program = _program(content)
    job = _page_setup(program, bounding_box) + program + _EPILOGUE
    with tempfile.TemporaryDirectory(prefix="distill-") as folder:
        pdf, messages = Path(folder, "page.pdf"), Path(folder, "messages")
        with (
            messages.open("wb") as log,
            subprocess.Popen(
                [ghostscript, *_OPTIONS, f"-sOutputFile={pdf}", "-"],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd=folder,
                env={"TMPDIR": folder},  # which -dSAFER leaves open to the program, so it must be the program's alone
            ) as process,
        ):
            _confine(process.pid)  # in time: the program comes by the pipe, after this
            try:
                process.communicate(job, seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                return Reject(Reason.RENDER_TIMEOUT, f"Ghostscript was not done after {seconds:g} s")
        if process.returncode or not pdf.is_file():
            with messages.open(encoding="latin-1") as log_text:
                said = log_text.readline(300).strip()
            return Reject(Reason.UNREADABLE_IMAGE, f"Ghostscript ended with code {process.returncode}: {said}")
        return pdf.read_bytes()


def _confine(pid: int) -> None:
    """Set the limits, as far as they are tighter than those in force."""
    for limit, value in _LIMITS.items():
        _, ceiling = resource.prlimit(pid, limit)
        tightest = value if ceiling == resource.RLIM_INFINITY else min(value, ceiling)
        resource.prlimit(pid, limit, (tightest, tightest))


def _program(content: bytes) -> bytes:
    """The PostScript itself: without a DOS EPS header and preview, without what printers are told before it."""
    if content.startswith(DOS_EPS):
        start, length = (int.from_bytes(content[at : at + 4], "little") for at in (4, 8))
        content = content[start : start + length]
    start = content.find(b"%!", 0, 4096)
    return content[max(start, 0) :]


def _page_setup(program: bytes, bounding_box: Box | None) -> bytes:
    box = bounding_box or _bounding_box(program)
    if box is None:
        return b""
    left, bottom, right, top = box
    setup = _PROLOGUE.format(width=right - left, height=top - bottom, x=-left, y=-bottom)
    return setup.encode()


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
