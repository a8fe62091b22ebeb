"""References to figures that authors typed by hand, such as "Figs. 2–4" or "Extended Data Fig. 3b"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from s1_assets.context.panels import NO_PANELS, panel_range, panels_after, panels_before

KIND = r"(?:[Ff]igures?|FIGURES?|[Ff]igs?\b\.?|FIGS?\b\.?|Abb(?:ildung(?:en)?)?\b\.?|[Ss]chemes?|[Cc]harts?|[Pp]lates?)"
_QUALIFIER = r"(?:[Ee]xtended\s+[Dd]ata|[Ss]uppl(?:ement(?:ary|al)?)?\.?|[Ss]upporting(?:\s+[Ii]nformation)?|SI)"
_NUMERALS = "I II III IV V VI VII VIII IX X XI XII XIII XIV XV XVI XVII XVIII XIX XX".split()
_ROMAN = rf"(?:{'|'.join(reversed(_NUMERALS))})"
_NUMBER = rf"(?:(?:(?:{_ROMAN}|[A-Z]{{1,2}})[.-]?)?\d{{1,3}}(?:\.\d{{1,3}})?(?!\d)|{_ROMAN}(?![\w’']))"
RANGE_SIGN = r"(?:[–—-]+|\$-+\$|\$\\sim\$|∼)"
_LINK = "[REF]"  # a reference that the route resolved, whose number is not seen
_REFERENCE = re.compile(
    rf"(?:\b({_QUALIFIER})\s+)?\b({KIND})\s*(?:\((?=\d+[a-z]?\)))?({_NUMBER}|\[REF\])(?!\s*[–—-]+\s*(?:[Ff]igure|[Ss]ource|[Vv]ideo))"
)
_NEXT = re.compile(
    rf"\s*(?:,\s*and\s|,|;|&|\band\b|\bor\b|(?P<range>{RANGE_SIGN}|\bto\b|\bthrough\b))\s*"
    rf"(?:(?P<kind>{KIND})\s*)?(?P<number>{_NUMBER}|\[REF\])(?![\w%]*[%°]|\s*\$)"
)

# A listing that ends "… of the supplementary material" names figures there.
_IN_SUPPLEMENT = re.compile(
    r"\s*,?\s*\(?(?:of|in|from)\s+(?:the\s+|our\s+)?(?:[Oo]nline\s+|[Ee]lectronic\s+)?"
    r"(?:[Ss]uppl(?:\.|ement)|[Ss]upporting\s|SM\b|SI\b|ESM\b|ESI\b)"
)
_NOT_A_NAME = r"(?!(?:App|Sec|Tab|Fig|Suppl|Extended|Part|Chap|Eq|This|The|Our)[a-z.]*\b)"
_NAME = rf"{_NOT_A_NAME}[A-Z][\w’'-]+"
_WORK = (
    r"(?:papers?|works?|(?:text)?books?|articles?|stud(?:y|ies)|reviews?|reports?|letters?|manuals?|thesis|references?)"
)
_WORDS_OF_A_WORK = (
    r"the|that|this|their|his|her|its|our|earlier|previous|original|by|of|in|and|&|et al\.?|[Rr]efs?\.?|[Rr]eferences?|"
    r"papers?|works?|books?|reviews?|stud(?:y|ies)|articles?|thesis|supplement\w*|materials?|information|"
    rf"{_NAME},?"
)
_OTHER_WORK_AFTER = re.compile(
    r"\s*(?:\([^()]{0,40}\)\s*)?[,(]?\s*(?:therein|(?:of|in|from|by)\s+(?:"
    rf"(?:(?:{_WORDS_OF_A_WORK})\s+){{0,6}}\(?\[(?:CITE|\d)|[Rr]efs?\.|[Rr]eferences?\s|"
    rf"(?:that|another|his|her|their|the\s+(?:original|cited|same|companion|accompanying|previous|earlier|seminal)|"
    rf"(?:our|an?)\s+(?:previous|earlier|recent|first|companion|former|prior|forthcoming))\s+{_WORK}|"
    rf"(?:the|a)\s+(?:{_NAME}\s+){{0,3}}{_WORK}\s+(?:by|of)\s+{_NAME}|the\s+(?:{_NAME}\s+){{1,3}}{_WORK}|"
    rf"Papers?\s+[IVX\d]+\b|arXiv|"
    rf"{_NAME}\s+(?:et al|(?:and|&)\s+{_NAME}|\(\d{{4}})))|\s*,?\s*\(?ibid"
    r"|\s*of\s+(?:Part\s+[IVX]+|[A-Z]{1,4}\d\d[a-z]?)\b"  # P14: what authors call a paper
)
_OTHER_WORK_BEFORE = re.compile(
    r"(?:\b(?:their|his|her|its)|\b(?:Refs?\.|[Rr]eferences?)\s*\[CITE\],?)\s*(?:\w+\s)?$"
    rf"|\b{_NAME}(?<=[’']s)\s+$|\([^()]*\b(?:19|20)\d\d[a-z]?[,;:]\s*$|\[\d[\d,\s–-]*[,;]\s*(?:see\s+)?$"
    r"|\b(?:[Ii]n|[Ss]ee|[Cc]f\.)\s+\[CITE\]\s*[(\[](?:see\s+|their\s+)?$"
)
_CITED_BEFORE = re.compile(r"\[CITE\],?\s*$")


@dataclass(frozen=True)
class LiteralReference:
    """One typed reference: the printed label's key, and the panels it names.

    It is characters [start, end) of the text: the first of a listing from its word on, others from their number on.
    """

    start: int
    end: int
    key: str
    panels: frozenset[str]


def label_key(label: str) -> str | None:
    """The key by which a printed label and references to it meet: "Fig. S2" and "Supplementary Figure 2" give one.

    Returns None for a label that has no number.
    """
    match = _REFERENCE.match(label.strip())
    return _key(match.group(1), match.group(2), match.group(3)) if match else None


def literal_references(text: str) -> Iterator[LiteralReference]:
    """Typed references in `text`, in order, each figure of a list or range on its own.

    A listing may hold references that the route resolved ("Figs. [REF] and 3"), of which nothing is said here.
    References to figures of other works ("Figure 15 of [CITE]", "their Fig. 2") are left out.
    """
    position = 0
    while match := _REFERENCE.search(text, position):
        found, position = _listed(text, match)
        if _of_other_work(text, match.start(), position):
            continue
        if _IN_SUPPLEMENT.match(text, position):
            found = [replace(reference, key=_supplementary(reference.key)) for reference in found]
        yield from found


def _listed(text: str, match: re.Match[str]) -> tuple[list[LiteralReference], int]:
    """The figures of one listing ("Figs. 2a–c, 3 and 5", "Fig. 2A and 2B", "Figures 7–9"), and where it ends."""
    found: list[LiteralReference] = []
    qualifier, kind, number = match.groups()
    plural = kind.rstrip(".").lower().endswith("s")
    panels, end = _panels_behind(text, number, match.end())
    start, panels = match.start(), panels or panels_before(text, match.start())
    while True:
        if number != _LINK:
            found.append(LiteralReference(start, end, _key(qualifier, kind, number), panels))
        following = _NEXT.match(text, end)
        if not following:
            return found, end
        next_number = following["number"]
        next_panels, next_end = _panels_behind(text, following["number"], following.end())
        if not plural and not following["kind"] and not (next_number == number and next_panels):
            return found, end
        start = following.start("number")
        kind = following["kind"] or kind
        if following["range"]:
            if next_number == number and panels and next_panels:
                next_panels = panel_range(panels, next_panels)
            for between in _numbers_between(number, next_number):
                found.append(LiteralReference(start, next_end, _key(qualifier, kind, between), NO_PANELS))
        number, panels, end = next_number, next_panels, next_end


def _panels_behind(text: str, number: str, end: int) -> tuple[frozenset[str], int]:
    """Panels named behind a number; the letters behind a Roman one may be the next number, as in "II–IV"."""
    return (NO_PANELS, end) if number in _NUMERALS and _NEXT.match(text, end) else panels_after(text, end)


def _numbers_between(first: str, last: str) -> list[str]:
    """Numbers strictly between two of the same series, whichever comes first: ("S2", "S5") gives S3 and S4.

    Numbers of unlike series or more than 50 apart are no range.
    """
    if first in _NUMERALS and last in _NUMERALS:
        return _NUMERALS[_NUMERALS.index(first) + 1 : _NUMERALS.index(last)]
    parts = [re.fullmatch(r"(.*?)(\d+)", number) for number in (first, last)]
    if not parts[0] or not parts[1]:
        return []
    prefix = parts[0].group(1)
    low, high = sorted((int(parts[0].group(2)), int(parts[1].group(2))))
    if parts[1].group(1) not in (prefix, "") or high - low > 50:
        return []
    return [f"{prefix}{number}" for number in range(low + 1, high)]


def _of_other_work(text: str, start: int, end: int) -> bool:
    before = text[max(0, start - 40) : start]
    if _OTHER_WORK_AFTER.match(text, end) or _OTHER_WORK_BEFORE.search(before):
        return True
    return bool(_CITED_BEFORE.search(before)) and text[end : end + 1] in (")", "]", ".", ";", ",", "")


def _key(qualifier: str | None, kind: str, number: str) -> str:
    series = kind.lower().rstrip(".s")
    series = "figure" if series.startswith(("fig", "abb")) else series
    number = number.lower().replace("-", "").lstrip(".")
    if qualifier and qualifier.lower().startswith("extended"):
        return f"extended {series} {number}"
    return _supplementary(f"{series} {number}") if qualifier else f"{series} {number}"


def _supplementary(key: str) -> str:
    series, _, number = key.rpartition(" ")
    return key if number.startswith("s") or series.startswith("extended") else f"{series} s{number}"
