"""What a file is, told by its bytes: names in submissions are missing or wrong too often to be asked."""

import re
from typing import Literal

MediaType = Literal["tex", "html", "svg", "pdf", "postscript", "docx", "zip", "gzip", "other"]

# DOS EPS: a binary header before the PostScript (Adobe Technical Note 5002, section 5.2).
DOS_EPS = b"\xc5\xd0\xd3\xc6"

_HEAD = 4096
# ISO 32000-1, annex H.3: readers accept a header anywhere in the first 1024 bytes.
_PDF = re.compile(rb"%PDF-\d\.\d")
# A printer's job header or Ctrl-D may come first; "%!TEX root = ..." is a comment of TeX editors.
_POSTSCRIPT = re.compile(rb"(?:\x1b%-12345X(?:@PJL[^\n]*\n)*|[\x04\s])*%!(?!\s*tex)", re.IGNORECASE)
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*<")
_SVG = re.compile(rb"<(?:\w+:)?svg[\s>]", re.IGNORECASE)
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body)[\s>]", re.IGNORECASE)
_TEX = re.compile(rb"\\(?:documentclass|documentstyle|begin\s*\{document\}|magnification|bye\b|input\b|end\s*\Z)")


def media_type(content: bytes) -> MediaType:
    """The kind of document or picture that `content` is; rasters, which Pillow tells apart, are "other"."""
    head = content[:_HEAD]
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    if head.startswith(b"PK\x03\x04"):
        return "docx" if b"word/document.xml" in content else "zip"
    if head.startswith(DOS_EPS) or _POSTSCRIPT.match(head):
        return "postscript"
    if _PDF.search(head[:1024]):
        return "pdf"
    if _MARKUP.match(head):
        return "svg" if _SVG.search(head) else "html" if _HTML.search(head) else "other"
    return "tex" if b"\0" not in head and _TEX.search(content) else "other"
