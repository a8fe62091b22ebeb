r"""Bytes of TeX sources to text: UTF-8 first, else what the document declares, else Windows-1252 (inputenc, CJK)."""

import re

_OPTIONS = rb"\\(?:usepackage|RequirePackage)\s{0,9}\[([\w,= -]{1,200})\]\s{0,9}\{inputenc\}"
_SWITCH = rb"\\inputencoding\s{0,9}\{([\w-]{1,30})\}"
_CJK = rb"\\begin\s{0,9}\{CJK\*?\}\s{0,9}(?:\[[^\]]{0,50}\]\s{0,9})?\{(\w{1,20})\}"
_DECLARED = re.compile(b"|".join((_OPTIONS, _SWITCH, _CJK)))
_LOOK_BACK = 200  # bytes in which a comment would have begun
# The names of inputenc and CJK where Python's codecs go by another one.
_CODECS = {
    "latin1": "cp1252", "ansinew": "cp1252", "latin2": "iso8859-2", "latin3": "iso8859-3", "latin4": "iso8859-4",
    "latin5": "iso8859-9", "latin9": "iso8859-15", "latin10": "iso8859-16", "applemac": "mac-roman",
    "macce": "mac-latin2", "maccyr": "mac-cyrillic", "cp437de": "cp437", "decmulti": "iso8859-1",
    "iso88595": "iso8859-5", "GB": "gbk", "GBK": "gbk", "Bg5": "big5", "Bg5hk": "big5hkscs", "JIS": "euc_jp",
    "SJIS": "shift_jis", "KS": "euc_kr",
}  # fmt: skip
_SAME_NAME = frozenset(("cp437 cp850 cp852 cp855 cp858 cp865 cp866 cp1250 cp1251 cp1252 cp1257 koi8-r koi8-u").split())
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_WINDOWS = {byte: bytes((byte,)).decode("cp1252", "ignore") or chr(byte) for byte in range(0x80, 0x100)}
_STRAY = re.compile("[\udc80-\udcff]")
_BEYOND_ASCII = re.compile("[^\0-\x7f]")
# Private-use characters are this reader's own marks; TeX passes over control characters.
_DROPPED = re.compile("[\0-\x08\x0e-\x1f\x7f\ufeff\ue000-\uf8ff]")


def declared_encoding(content: bytes) -> str | None:
    """The codec of the last encoding that a source declares, None where it declares none that Python knows."""
    codec = None
    for match in _DECLARED.finditer(content):
        if b"%" in content[max(0, match.start() - _LOOK_BACK) : match.start()].rpartition(b"\n")[2]:
            continue
        for name in (match[1] or match[2] or match[3]).decode("ascii", "ignore").split(","):
            known = name.strip()
            codec = _CODECS.get(known, known if known in _SAME_NAME else codec)
    return codec


def decode(content: bytes, declared: str | None = None) -> str:
    """TeX source as text with newlines as line ends.

    A file with some bytes that are not UTF-8 among more characters that are is UTF-8 all the same. What a codec leaves
    open is read as Windows-1252, and what that leaves open as Latin-1.
    """
    if content.startswith(UTF_16):
        text = content.decode("utf-16", "replace")
    else:
        text = content.decode("utf-8", "surrogateescape")
        stray = len(_STRAY.findall(text))
        if stray:
            text = _without_stray(content, text, stray, declared)
    return _DROPPED.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _without_stray(content: bytes, text: str, stray: int, declared: str | None) -> str:
    """The text of a source that is not all UTF-8; `stray` bytes of it are not."""
    valid = len(_BEYOND_ASCII.findall(text)) - stray
    if valid >= stray * (2 if declared else 1):
        return text.translate({0xDC00 + byte: character for byte, character in _WINDOWS.items()})
    if declared is not None:
        return content.decode(declared, "replace")
    return content.decode("latin-1").translate(_WINDOWS)
