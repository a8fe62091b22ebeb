"""XML from strangers: decoded, mended where only one reading is possible, and parsed without reaching outside.

Nothing is expanded, fetched or read beside the bytes given. Names of characters that XML does not define are replaced
before the parser sees them, so that what a document declares has no effect, and one that declares entities is refused:
no room for bombs (CWE-776) or external entities (CWE-611).
"""

import codecs
import re
from collections.abc import Iterator
from html import escape
from html.entities import html5
from typing import TypeAlias

from lxml import etree

from s1_assets.rejects import Reason, Reject

Element: TypeAlias = etree._Element

MAX_XML_BYTES = 64 << 20  # whole journals' longest articles, tables included, stay under 30 MB

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(
    rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"'](iso-8859-\d+|windows-125\d|gbk?|gb2312|gb18030|big5|shift_jis|euc-\w{2})[\"']",
    re.IGNORECASE,
)
_XML_DECLARATION = re.compile(r"\A\s*<\?xml\s[^>]*\?>")

_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_VERBATIM = re.compile(r"<!\[CDATA\[|<!--|<\?")
_CLOSINGS = {"<![CDATA[": "]]>", "<!--": "-->", "<?": "?>"}
_OF_XML = r"(?:amp|lt|gt|quot|apos);"
_BY_CODE = r"#(?P<decimal>\d{1,7});|#[xX](?P<hexadecimal>[0-9a-fA-F]{1,6});"
_REFERENCE = re.compile(rf"&(?:{_BY_CODE}|(?!{_OF_XML})(?P<name>\w{{1,40}});)")
_NOT_OF_XML = re.compile(rf"&(?!{_OF_XML})\w{{1,40}};")
_BARE_AMPERSAND = re.compile(r"&(?!#\d{1,7};|#[xX][0-9a-fA-F]{1,6};|\w{1,40};)")
_LESS_THAN = re.compile(r"<(?![A-Za-z_/!?])")
_TAG = re.compile(r"</?[A-Za-z_](?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*+>")
_GLUED = re.compile(r"(=\s*(?:\"[^\"]*\"|'[^']*'))(?=[A-Za-z_][\w:.-]*\s*=)")
_PREFIX = re.compile(r"(?:</?|\s)([A-Za-z_][\w.-]*):[A-Za-z_]")
_ROOT = re.compile(r"<[A-Za-z_][\w:.-]*")


def parse_xml(content: bytes) -> Element | Reject:
    """The root element of a document, its elements named without their namespaces.

    A document that is not well-formed is mended and tried again: junk before the declaration, characters that XML
    does not have, HTML's names for characters, bare ampersands and less-than signs, attributes without a blank
    between them, prefixes without a declaration. What cannot be told for sure, such as a missing end, is not mended.

    Returns:
        The root, or a reject without figure and file: PARSE_ERROR, or ARCHIVE_UNSAFE for a document that declares
        entities or has more than MAX_XML_BYTES bytes.
    """
    if len(content) > MAX_XML_BYTES:
        return Reject(Reason.ARCHIVE_UNSAFE, f"XML of {len(content)} bytes, more than {MAX_XML_BYTES}")
    text = _XML_DECLARATION.sub("", _decoded(content), count=1)
    as_it_is = _parsed(text if _is_defined(text) else _mended(text))
    if not isinstance(as_it_is, Reject) or as_it_is.reason is not Reason.PARSE_ERROR:
        return as_it_is
    mended = _parsed(_mended(text))
    return as_it_is if isinstance(mended, Reject) and mended.reason is Reason.PARSE_ERROR else mended


def parse_article(content: bytes) -> Element | Reject:
    """The `article` element of a document, also where others wrap it; a reject as of `parse_xml`, or PARSE_ERROR."""
    root = parse_xml(content)
    if isinstance(root, Reject) or root.tag == "article":
        return root
    article = root.find(".//article")
    return Reject(Reason.PARSE_ERROR, f"XML without an article; its root is {root.tag}") if article is None else article


def href(element: Element) -> str:
    """What an element links to (xlink:href, also where the prefix was never declared), empty for nothing."""
    names = (name for name in map(str, element.keys()) if name == "href" or name.endswith("}href"))
    return (element.get(next(names, "href")) or "").strip()


def words(element: Element) -> str:
    """All characters inside an element."""
    return "".join(map(str, element.itertext()))


def parent_tag(element: Element) -> str:
    """The name of the element around, empty for the root."""
    parent = element.getparent()
    return "" if parent is None else parent.tag


def _parsed(text: str) -> Element | Reject:
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as error:
        return Reject(Reason.PARSE_ERROR, f"not well-formed XML: {error}")
    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and any(True for _ in declared.iterentities()):  # type: ignore[union-attr]
        return Reject(Reason.ARCHIVE_UNSAFE, "XML that declares entities")
    for element in root.iter():
        if element.tag[0] == "{":
            element.tag = element.tag.rpartition("}")[2]
    return root


def _decoded(content: bytes) -> str:
    """The document's characters. UTF-8 tells itself; what a declaration says counts only where it is not UTF-8."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding, "replace")
    if b"\0" in content[:4]:
        return content.decode("utf-16-le" if content[1:2] == b"\0" else "utf-16-be", "replace")
    try:
        return content.decode()
    except UnicodeDecodeError:
        declared = _DECLARED.search(content[:1024])
        return content.decode(declared[1].decode() if declared else "cp1252", "replace")


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    """The document cut into CDATA sections, comments and instructions (True), and what is around them (False)."""
    position = 0
    while opening := _VERBATIM.search(text, position):
        end = text.find(_CLOSINGS[opening[0]], opening.end())
        if end < 0:
            break
        end += len(_CLOSINGS[opening[0]])
        yield text[position : opening.start()], False
        yield text[opening.start() : end], True
        position = end
    yield text[position:], False


def _is_defined(text: str) -> bool:
    """Whether XML itself defines every named character: the parser drops others without an error after a DOCTYPE."""
    return "&" not in text or not any(_NOT_OF_XML.search(part) for part, is_verbatim in _parts(text) if not is_verbatim)


def _mended(text: str) -> str:
    text = _NOT_XML.sub("", text)
    text = _XML_DECLARATION.sub("", text[max(0, text.find("<")) :], count=1)
    prefixes: set[str] = set()
    mended = "".join(part if is_verbatim else _markup_mended(part, prefixes) for part, is_verbatim in _parts(text))
    undeclared = sorted(prefix for prefix in prefixes - {"xml", "xmlns"} if f"xmlns:{prefix}" not in mended)
    declarations = "".join(f' xmlns:{prefix}="urn:undeclared:{prefix}"' for prefix in undeclared)
    return _ROOT.sub(lambda match: match[0] + declarations, mended, count=1)


def _markup_mended(part: str, prefixes: set[str]) -> str:
    def tag(match: re.Match[str]) -> str:
        prefixes.update(_PREFIX.findall(match[0]))
        return _GLUED.sub(r"\1 ", match[0])

    # In this order, so that what a reference stands for is not taken for a bare sign.
    part = _REFERENCE.sub(_character, _BARE_AMPERSAND.sub("&amp;", part))
    return _TAG.sub(tag, _LESS_THAN.sub("&lt;", part))


def _character(match: re.Match[str]) -> str:
    """What a reference means that is not one of XML's own five: a character, or itself where it has no meaning."""
    if match["name"]:
        return escape(html5.get(match["name"] + ";", match[0]))
    code = int(match["decimal"] or match["hexadecimal"], 10 if match["decimal"] else 16)
    return match[0] if code <= 0x10FFFF and not _NOT_XML.match(chr(code)) else ""
