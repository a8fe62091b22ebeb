"""References and citations in a paper's prose, each replaced by one mark so that rules can speak about them.

A list such as "Figs. [REF]a and [REF]–[REF]" becomes one mark. What a mark stands for:

    OWN     a reference that may be to the figure at hand ("Fig. [REF]", or "Figure 3" when that is its label)
    OTHER   a reference to anything else ("Eq. ([REF])", "Table 2", "Section [REF]")
    BARE    "[REF]" without a word that tells what it is to
    CITED   a citation ("[CITE], [CITE]")
"""

import re

from s1_assets.context.literal_references import KIND, label_key, literal_references

OWN, OTHER, BARE, CITED = "\ue000", "\ue001", "\ue002", "\ue003"
MARK = f"[{OWN}{OTHER}{BARE}{CITED}]"
REFERENCE = f"[{OWN}{OTHER}{BARE}]"

_OTHER_KIND = (
    r"(?:[Tt]ables?|[Tt]abs?\.|[Ee]quations?|[Ee]qns?\b\.?|[Ee]qs?\b\.?|[Ss]ections?|[Ss]ubsections?|[Ss]ects?\b\.?|"
    r"[Ss]ecs?\b\.?|§+|[Aa]ppendi(?:x|ces)|[Aa]pps?\.|[Cc]hapters?|[Cc]haps?\.|[Rr]eferences?|[Rr]efs?\b\.?|[Ff]iles?|"
    r"[Vv]ideos?|[Mm]ovies?|[Nn]otes?)"
)
_NAMED_KIND = (
    r"(?:[Aa]lgorithms?|[Ll]istings?|[Tt]heorems?|[Ll]emmas?|[Pp]ropositions?|[Dd]efinitions?|[Cc]orollar(?:y|ies)|"
    r"[Ee]xamples?|[Rr]emarks?|[Bb]ox(?:es)?|[Ss]teps?|[Ii]tems?|[Ff]ootnotes?|[Pp]arts?|"
    r"systems?|models?|problems?|relations?|expressions?|formulas?|formulae|inequalit(?:y|ies)|conditions?|constraints?)"
)
_QUALIFIER = r"(?:(?:[Ee]xtended\s[Dd]ata|[Ss]uppl\w*\.?|[Ss]upporting|[Oo]nline|SI)\s+)?"
_PANELS = (
    r"(?:\s?\([A-Za-z](?:\s?[,&–-]\s?[A-Za-z])*\)(?:(?:\s(?:and|&)\s|[,–-]\s?)\([A-Za-z]\))*|"
    r"[A-Za-z]{1,3}(?![A-Za-z])(?:[,–-]\s?[A-Za-z](?![A-Za-z]))*(?:\s(?:and|&)\s[B-Zb-z](?![A-Za-z]))?)?"
)
_NUMBER = r"(?:[A-Z]{1,2}[.-]?)?\d+(?:\.\d+)*(?:\s?[–—-]+\s?(?:figure supplement|source data|source code|video)\s?\d+)?"
_TARGET = rf"(?:\[REF\]|\(\[REF\]\)|\(\(\[REF\]\)\)|\(\d+\)|{_NUMBER}){_PANELS}"
_JOIN = r"(?:\s*(?:[,;]\s*(?:and\s|or\s)?|[–—-]+|\band\b|\bor\b|\bto\b|\bthrough\b|&)\s*)"
_PLURAL_KIND = r"(?:[Ff]igures|FIGURES|[Ff]igs\b\.?|FIGS\b\.?|[Ss]chemes|[Cc]harts|[Pp]lates)"
_NEXT_FIGURE = rf"{_JOIN}(?:{KIND}\s*)?(?:\(?\[REF\]\)?|\d+(?=[a-zA-Z]\b)){_PANELS}"

_FIGURES = re.compile(
    rf"{_QUALIFIER}\b(?:{_PLURAL_KIND}\s*{_TARGET}(?:{_NEXT_FIGURE}|{_JOIN}{_NUMBER}{_PANELS})*|"
    rf"{KIND}\s*{_TARGET}(?:{_NEXT_FIGURE})*)"
)
_OTHERS = re.compile(
    rf"{_QUALIFIER}(?<!\w){_OTHER_KIND}\s*{_TARGET}(?:{_JOIN}(?:{_OTHER_KIND}\s*)?\(?\[REF\]\)?{_PANELS})*|"
    rf"\b{_NAMED_KIND}\s*\(?\[REF\]\)?(?:{_JOIN}\[REF\])*"
)
_BARES = re.compile(rf"\[REF\]{_PANELS}(?:{_JOIN}\[REF\]{_PANELS})*")
_CITATIONS = re.compile(r"(?:[Rr]efs?\.|[Rr]eferences?)?\s*\[CITE\](?:[,;–-]?\s*(?:and\s)?(?:e\.g\.,?\s)?\[CITE\])*")
_MIXED_LIST = re.compile(rf"({REFERENCE})(?:(?:{_JOIN})({REFERENCE}))+")


def mark_references(text: str, label: str | None) -> str:
    """`text` with every reference and citation replaced by its mark.

    Args:
        text: prose with [REF], [CITE] and typed references.
        label: printed label of the figure at hand; a typed reference with another number is marked OTHER.
    """
    own_key = label_key(label or "")

    def figure_mark(match: re.Match[str]) -> str:
        printed = {reference.key for reference in literal_references(match.group())}
        return OTHER if own_key and printed and own_key not in printed and "[REF]" not in match.group() else OWN

    text = _CITATIONS.sub(lambda match: " " + CITED if match.group()[0] != "[" else CITED, text)
    text = _FIGURES.sub(figure_mark, text)
    text = _BARES.sub(BARE, _OTHERS.sub(OTHER, text))
    return _MIXED_LIST.sub(lambda match: OWN if set(match.group()) & set(OTHER + BARE) == set() else OTHER, text)
