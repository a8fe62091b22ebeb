"""What a member of an arXiv source archive holds, told from its first bytes.

`.pdf` is a PDF. `.gz` is the gzip of a tar (a source tree) or of one file: TeX, PDF, PostScript, HTML, DVI, or the
notice that takes a withdrawn paper's place (https://info.arxiv.org/help/mimetypes.html).
"""

import re
import tarfile
import zlib
from dataclasses import dataclass

from resources.sources.arxiv.records import tells_withdrawal
from s1_assets.extraction.media import is_text
from s1_assets.rejects import Reason

HEAD_BYTES = 16 << 10  # of the member: enough to see what it is, and to see a withdrawal notice in full
CONTENT_BYTES = 64 << 10  # of what the gzip expands to
_TEX_DOCUMENT = re.compile(rb"\\(?:document(?:class|style)|begin|input|magnification|nopagenumbers)\b")
_HTML = re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?<(?:!doctype\s+)?html\b", re.IGNORECASE | re.DOTALL)
_GZIP = b"\x1f\x8b"
_COMPRESSION_LAYERS = 3  # an upload that is compressed already gets compressed again
_NO_ROUTE = {  # what no route reads, by how it begins
    b"%!": "PostScript",
    b"\xf7\x02": "DVI",
    b"PK\x03\x04": "a zip archive",
}


@dataclass(frozen=True)
class Contents:
    """`format` as in `raw_papers`; when that is none, either the paper is withdrawn or reason and detail say why."""

    format: str
    withdrawn: bool = False
    reason: Reason | None = None
    detail: str = ""


def contents_of(name: str, head: bytes) -> Contents:
    """What the member `name` holds, from its first HEAD_BYTES bytes."""
    if name.endswith(".pdf"):
        return Contents("pdf")
    content, whole = head, len(head) < HEAD_BYTES
    for _ in range(_COMPRESSION_LAYERS):
        if not content.startswith(_GZIP):
            break
        inflate = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        try:
            content = inflate.decompress(content, CONTENT_BYTES)
        except zlib.error as error:
            return _unusable(Reason.ARCHIVE_UNREADABLE, f"damaged gzip: {error}")
        whole = inflate.eof
    return _contents(content, whole=whole)


def _contents(content: bytes, *, whole: bool) -> Contents:
    if not content.strip(b"\0 \t\r\n"):
        return _unusable(Reason.ARCHIVE_UNREADABLE, "empty")
    format_ = _format(content)
    if format_ is None:
        kinds = (kind for magic, kind in _NO_ROUTE.items() if content.startswith(magic))
        return _unusable(Reason.UNSUPPORTED_FORMAT, next(kinds, f"unknown, begins with {content[:8]!r}"))
    withdrawn = format_ == "latex" and whole and _is_withdrawal_notice(content)
    return Contents("none", withdrawn=True) if withdrawn else Contents(format_)


def _unusable(reason: Reason, detail: str) -> Contents:
    return Contents("none", reason=reason, detail=detail)


def _format(content: bytes) -> str | None:
    if content.startswith(b"%PDF-"):
        return "pdf"
    if _HTML.match(content):
        return "html"
    if _is_tar(content):
        return "latex"
    return "latex" if is_text(content) and not content.startswith(tuple(_NO_ROUTE)) else None


def _is_tar(content: bytes) -> bool:
    try:
        tarfile.TarInfo.frombuf(content[:512], "utf-8", "surrogateescape")  # checks the header's own sum
    except tarfile.HeaderError:
        return False
    return True


def _is_withdrawal_notice(content: bytes) -> bool:
    """Whether a file is arXiv's marker for a source that is no paper, or has no TeX document and says so in words."""
    if content.lstrip().startswith(b"%auto-ignore"):
        return True
    return not _TEX_DOCUMENT.search(content) and tells_withdrawal(content.decode("utf-8", "replace"))
