"""References to figures that authors typed by hand, such as "Figs. 2–4" or "Extended Data Fig. 3b"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from s1_assets.context.panels import NO_PANELS, panel_range, panels_after, panels_before

KIND = r"(?:[Ff]igures?|FIGURES?|[Ff]igs?\b\.?|FIGS?\b\.?|[Ss]chemes?|[Cc]harts?|[Pp]lates?)"
_QUALIFIER = r"(?:[Ee]xtended\s+[Dd]ata|[Ss]uppl(?:ement(?:ary|al)?)?\.?|[Ss]upporting(?:\s+[Ii]nformation)?|SI)"
_NUMBER = r"(?:[A-Z]{1,2}[.-]?)?\d{1,3}(?:\.\d{1,3})?(?!\d)"
_REFERENCE = re.compile(
    rf"(?:\b({_QUALIFIER})\s+)?\b({KIND})\s*({_NUMBER})(?!\s*[–—-]+\s*(?:[Ff]igure|[Ss]ource|[Vv]ideo))"
)
_NEXT = re.compile(
    r"\s*(?:,\s*and\s|,|;|&|\band\b|\bor\b|(?P<range>[–—-]+|\bto\b|\bthrough\b))\s*"
    rf"(?:{KIND}\s*)?(?P<number>{_NUMBER})(?![\w%]*[%°]|\s*\$)"
)

_NAME = r"[A-Z][\w’'-]+"
_WORDS_OF_A_WORK = (
    r"the|that|this|their|his|her|its|our|earlier|previous|original|by|of|in|and|&|et al\.?|Refs?\.?|[Rr]eferences?|"
    r"papers?|works?|books?|reviews?|stud(?:y|ies)|articles?|thesis|supplement\w*|materials?|information|"
    rf"{_NAME},?"
)
_OTHER_WORK_AFTER = re.compile(
    r"\s*(?:\([^()]{0,40}\)\s*)?[,(]?\s*(?:therein|(?:of|in|from|by)\s+(?:"
    rf"(?:(?:{_WORDS_OF_A_WORK})\s+){{0,6}}\(?\[CITE\]|Refs?\.|[Rr]eferences?\s|"
    r"(?:that|his|her|their|the\s+(?:original|cited|same))\s+(?:paper|work|book|article|study|review|reference)|"
    rf"{_NAME}\s+(?:et al|(?:and|&)\s+{_NAME}\s*\(?\d{{4}}|\(\d{{4}})))"
)
_OTHER_WORK_BEFORE = re.compile(r"(?:\b(?:their|his|her|its)|\b(?:Refs?\.|[Rr]eferences?)\s*\[CITE\],?)\s*(?:\w+\s)?$")
_CITED_BEFORE = re.compile(r"\[CITE\],?\s*$")


@dataclass(frozen=True)
class LiteralReference:
    """One typed reference: characters [start, end) of the text, the printed label's key, and the panels it names."""

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

    References to figures of other works ("Figure 15 of [CITE]", "their Fig. 2") are left out.
    """
    position = 0
    while match := _REFERENCE.search(text, position):
        found = list(_listed(text, match))
        position = found[-1].end
        if not _of_other_work(text, match.start(), found[-1].end):
            yield from found


def _listed(text: str, match: re.Match[str]) -> Iterator[LiteralReference]:
    """The figures of one listing: "Figs. 2a–c, 3 and 5", "Fig. 2A and 2B", "Figures 7–9"."""
    qualifier, kind, number = match.groups()
    plural = kind.rstrip(".").lower().endswith("s")
    panels, end = panels_after(text, match.end())
    panels = panels or panels_before(text, match.start())
    while True:
        yield LiteralReference(match.start(), end, _key(qualifier, kind, number), panels)
        following = _NEXT.match(text, end)
        if not following:
            return
        next_number = following["number"]
        next_panels, next_end = panels_after(text, following.end())
        if not plural and not (next_number == number and next_panels):
            return
        if following["range"]:
            if next_number == number and panels and next_panels:
                next_panels = panel_range(panels, next_panels)
            for between in _numbers_between(number, next_number):
                yield LiteralReference(match.start(), next_end, _key(qualifier, kind, between), NO_PANELS)
        number, panels, end = next_number, next_panels, next_end


def _numbers_between(first: str, last: str) -> list[str]:
    """Numbers strictly between two of the same series: ("S2", "S5") gives S3 and S4.

    Numbers of unlike series or more than 50 apart are no range.
    """
    parts = [re.fullmatch(r"(.*?)(\d+)", number) for number in (first, last)]
    if not parts[0] or not parts[1]:
        return []
    prefix, low, high = parts[0].group(1), int(parts[0].group(2)), int(parts[1].group(2))
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
    series = "figure" if series in ("fig", "figure") else series
    number = number.lower().replace("-", "").lstrip(".")
    if qualifier and qualifier.lower().startswith("extended"):
        series = f"extended {series}"
    elif qualifier and not number.startswith("s"):
        number = f"s{number}"
    return f"{series} {number}"
