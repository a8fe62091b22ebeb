"""What a file is, told by its bytes: names in submissions are missing or wrong too often to be asked."""

import re
from typing import Literal

MediaType = Literal["tex", "jats", "html", "svg", "pdf", "postscript", "docx", "zip", "gzip", "other"]

# DOS EPS: a binary header before the PostScript (Adobe Technical Note 5002, section 5.2).
DOS_EPS = b"\xc5\xd0\xd3\xc6"

_HEAD = 4096
_ZEROS_IN_BINARIES = 100  # one in so many bytes
# ISO 32000-1, annex H.3: readers accept a header anywhere in the first 1024 bytes.
_PDF = re.compile(rb"%PDF-\d\.\d")
# A MacBinary header, a byte-order mark, a printer's job header or Ctrl-D may come first; "%!TEX root = ..." is a
# comment of TeX editors.
_POSTSCRIPT = re.compile(
    rb"(?:\0[\x01-\x3f].{126})?(?:\xef\xbb\xbf|\x1b%-12345X(?:@PJL[^\n]*\n)*|[\x04\s])*%!(?!\s*tex)",
    re.IGNORECASE | re.DOTALL,
)
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*<")
# A ZIP whose first member is one of an office document, not an archive that holds such a document.
_OFFICE = re.compile(rb".{30}(?:\[Content_Types\]\.xml|_rels/|docProps/|customXml/|word/)", re.DOTALL)
# Behind the prolog (XML 1.0, section 2.8), which may be long: publishers explain themselves in comments.
_JATS = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*+(?:(?><\?.*?\?>|<!--.*?-->|<!DOCTYPE[^<>\[]*(?:\[[^\]]*\]\s*)?>)\s*+)*+<(?:\w+:)?article[\s>]",
    re.DOTALL,
)
_SVG = re.compile(rb"<(?:\w+:)?svg[\s>]", re.IGNORECASE)
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body)[\s>]", re.IGNORECASE)
_TEX = re.compile(rb"\\(?:documentclass|documentstyle|begin\s*\{document\}|magnification|bye\b|input\b|end\s*\Z)")


def media_type(content: bytes) -> MediaType:
    """The kind of document or picture that `content` is; rasters, which Pillow tells apart, are "other"."""
    head = content[:_HEAD]
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    if head.startswith(b"PK\x03\x04"):
        return "docx" if _OFFICE.match(head) and b"word/document.xml" in content else "zip"
    if head.startswith(DOS_EPS) or _POSTSCRIPT.match(head):
        return "postscript"
    if _PDF.search(head[:1024]):
        return "pdf"
    if _MARKUP.match(head):
        return _markup_type(content)
    return "tex" if is_text(content) and _TEX.search(content) else "other"


def is_text(content: bytes) -> bool:
    """Whether it may be text: binaries are full of zero bytes, of which TeX ignores a stray one."""
    head = content[:_HEAD]
    return head.count(0) * _ZEROS_IN_BINARIES <= len(head)


def _markup_type(content: bytes) -> MediaType:
    if _JATS.match(content):
        return "jats"
    head = content[:_HEAD]
    return "svg" if _SVG.search(head) else "html" if _HTML.search(head) else "other"


def is_meca_manifest(name: str, content: bytes) -> bool:
    """Whether a file of an archive is the manifest of MECA, in either of its namespaces."""
    return name.lower().endswith("manifest.xml") and b"manuscriptexchange.org" in content[:_HEAD]
