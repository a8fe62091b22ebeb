"""What a caption or credit line says of a figure that is not its authors' own: on which terms it is shown.

A figure reproduced, reprinted or adapted by permission belongs to another, and its paper's licence does not open it;
neither does it open what is reprinted without a word of terms, or under another's copyright. A Creative Commons licence
named in the same breath does. An adaptation without permission is its authors' own drawing, and the permission of a
patient is no matter of copyright: both state nothing.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from s1_assets.context.sentences import split_sentences
from s1_assets.extraction.document import Figure
from s1_assets.extraction.licence_words import CC_URL, licence_in_words, named_licence
from s1_assets.publishing.rights import OwnRights, Rights, narrowest_rights, rights_of

MAX_STATEMENT = 500  # characters
_REACH = 300  # characters before a permission in which what is permitted stands: a reference of a journal's length

_PEOPLE = (
    r"(?:patients?|parents?|parental|guardians?|subjects?|participants?|volunteers?|individuals?|persons?|famil(?:y|ies)|"
    r"relatives|child(?:ren)?|mother|father|ethics|committee|review board)"
)
_KIND = (
    r"(?:the|a|an|his|her|their|kind|written|informed|prior|expressed|express|explicit|full|due|special|formal|copyright|"
    rf"gracious|necessary|appropriate|{_PEOPLE}|\w+(?:[’']s|s[’'])|{_PEOPLE}[’']s?)"
)
_PERMISSION = re.compile(
    rf"\b(?:with|by|under|upon|through)\s+(?:{_KIND}\s+){{0,4}}(?:permission|permissions(?=\s+(?:from|of|by)\b)|authori[sz]ation)\b"
    r"|\bpermissions?\s+to\s+(?:re-?(?:produc|print|publish|us)|use|adapt|publish|show|include)\w*"
    r"|\bpermissions?\s+(?:(?:was|were|is|has|have|been|kindly)\s+){0,3}(?:granted|obtained|given)\s+(?:by|from)\b",
    re.IGNORECASE,
)
_CONSENT_WITHIN = re.compile(rf"\b{_PEOPLE}(?:[’']s?)?\b")
_CONSENT_BEHIND = re.compile(
    r"\s*(?:(?:was|were|is|has|been|given|granted|obtained)\s+)*(?:(?:of|from|by)\s+)?"
    r"(?:(?:the|a|an|this|these|his|her|their|all|both|each|every|study|human|legal|depicted|adult|local|institutional)\s+){0,3}"
    rf"{_PEOPLE}\b"
)
_CONSENT_BEFORE = re.compile(
    rf"\b(?i:{_PEOPLE})\s(?:[a-z]+\s){{0,3}}(?:gave|given|give|granted|provided)\s(?:[a-z]+\s){{0,4}}$"
)
_REUSED = re.compile(
    r"\b(?:re-?(?:produc|print|publish|us|draw|plot)\w*|adapt\w*|adopted|modified|copied|excerpted|extracted|"
    r"borrowed|courtesy|copyright\w*|used|taken from)\b|©",
    re.IGNORECASE,
)
_SHOWN = re.compile(
    r"\b(?:fig(?:ure)?s?|images?|photo\w*|pictures?|panels?|illustrations?|diagrams?|drawings?|maps?|schem\w+|micrographs?|"
    r"from(?:\s+\w+)?\s*\[)|^\W*from\b",
    re.IGNORECASE,
)
_NO_WORD = re.compile(r"[\W_]*")

_NOUN = r"(?:fig(?:ure)?|image|photo(?:graph)?|picture|panel|illustration|diagram|drawing|map|schematic|micrograph)s?"
_COPIED = re.compile(
    rf"(?i:(?:^|[().:,]\s*|\b{_NOUN}\s+)(?:(?:[a-z]|and|is|are|was|were|both|all)[\s,]+){{0,6}}re-?(?:produced|printed|published)\s+from)"
    r"(?=\s*(?:[(\[]|\d|[Rr]ef|[A-Z]))"
    r"|(?i:\bre-?(?:printed|published)\s+from\b)"
)
_HELD = re.compile(
    r"(?:©|(?i:\bcopy(?:right|write)(?:ed)?)\s*(?:©|\((?i:c)\)|(?i:by|of|held by))?[\s:,(]*(?=(?:19|20)\d\d)"
    r"|\b[Cc]opyright[:\s]+(?:(?:by|of|held by)\s+(?:the\s+)?)?(?=[A-Z])(?!Act\b|Law\b|Office\b))"
    r"(?!\s*(?:(?:19|20)\d\d,?\s*)?(?i:by\s+)?(?i:the\s+)?(?i:authors?|author\(s\))(?!\w))"
)
_RESERVED = re.compile(r"all rights (?:are )?reserved", re.IGNORECASE)
_NOT_COVERED = r"\bnot\s+(?:covered|licen[cs]ed)\b|\b(?:excluded|exempt(?:ed)?)\s+from\b"
EXCEPTED = re.compile(f"{_RESERVED.pattern}|{_NOT_COVERED}|{_PERMISSION.pattern}", re.IGNORECASE)
_NOT_OPENED = re.compile(_NOT_COVERED, re.IGNORECASE)

# Where another part of a figure is spoken of: a licence behind it does not open what is before.
_NEXT_PART = re.compile(
    r";\s|(?<=[\s,])(?<!right\s)(?=\(?[A-Za-z]\)\s)"
    r"|\b(?=panels?\b|left\b|right\b|top\b|bottom\b|upper\b|lower\b|middle\b|while\b|whereas\b)"
    r"|\b(?=(?:re-?(?:produced|printed|published|used)|adapted|modified|taken)\s+(?:from|with|by|under)\b)",
    re.IGNORECASE,
)


def with_rights_of_captions(figure: Figure) -> Figure:
    """The figure with what its captions, those of its panels among them, say of its rights beside what it has."""
    captions = dict.fromkeys([figure.caption, *(graphic.subcaption or "" for graphic in figure.graphics)])
    return replace(figure, own_rights=joined([figure.own_rights, *map(rights_in_words, captions)]))


def rights_in_words(text: str) -> OwnRights | None:
    """What a caption or a credit line states for its figure; None where it states nothing."""
    return joined(_statements(text))


def joined(stated: Iterable[OwnRights | None]) -> OwnRights | None:
    """Several statements on one figure as one: that which allows least counts, and its words come first."""
    found = [one for one in stated if one is not None]
    if not found:
        return None
    rights = narrowest_rights(one.rights for one in found)
    words = dict.fromkeys(one.statement for one in sorted(found, key=lambda one: one.rights != rights))
    text = " ".join(words)
    return OwnRights(rights, text if len(text) <= MAX_STATEMENT else text[: MAX_STATEMENT - 1] + "…")


def _statements(text: str) -> Iterator[OwnRights]:
    """What each part of each sentence states, with the sentence, or of a long one with the part."""
    for start, end in split_sentences(text):
        sentence = text[start:end]
        copied = {match.end() for match in _COPIED.finditer(sentence)}
        cuts = sorted({0, len(sentence), *(match.end() for match in _NEXT_PART.finditer(sentence))})
        for begin, stop in pairwise(cuts):
            part = sentence[begin:stop]
            is_copied = not copied.isdisjoint(range(begin + 1, stop + 1))
            if is_copied or _speaks_of_rights(part) or _is_permitted(text, start, start + begin, part):
                rights: Rights = "pointer_only" if _NOT_OPENED.search(part) else rights_of(licence_in_words(part))
                yield OwnRights(rights, sentence if len(sentence) <= MAX_STATEMENT else part.strip())


def _speaks_of_rights(part: str) -> bool:
    """Whether a part of a sentence names a holder of rights, or a licence."""
    return bool(_HELD.search(part) or _RESERVED.search(part) or CC_URL.search(part) or named_licence(part))


def _is_permitted(text: str, sentence: int, begin: int, part: str) -> bool:
    """Whether a part, at `begin` of a text and in the sentence from `sentence` on, tells of a picture's permission."""
    for permission in _PERMISSION.finditer(part):
        place = begin + permission.start()
        before = text[max(0, place - _REACH) : place]
        if _permits_use(permission, before, before[max(0, len(before) - (place - sentence)) :]):
            return True
    return False


def _permits_use(permission: re.Match[str], before: str, in_sentence: str) -> bool:
    """Whether a permission is that of a picture's owner rather than of those whom it shows."""
    if _CONSENT_WITHIN.search(permission[0]) or _CONSENT_BEHIND.match(permission.string, permission.end()):
        return False
    if permission[0].lower().startswith("permission"):
        return _CONSENT_BEFORE.search(in_sentence) is None
    return bool(_NO_WORD.fullmatch(in_sentence) or _REUSED.search(before) or _SHOWN.search(in_sentence))
