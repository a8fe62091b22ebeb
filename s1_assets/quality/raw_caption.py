"""Raw captions that say nothing: empty, a bare number or label, or what a bad extraction leaves."""

import re

_NUMBER = r"[\divxIVX]+(?:\.\d+)?"
_BARE_NUMBER = re.compile(rf"[(\[]?{_NUMBER}[)\].:]*")
_BARE_LABEL = re.compile(
    rf"(?:(?:extended data|supplementary|supplemental|suppl\.?)\s)?(?:figures?|figs?\.?|schemes?|charts?|"
    rf"plates?|images?)\s*(?:s|[a-z]\.?)?(?:{_NUMBER})?\s*[a-z]?[).:|]*",
    re.IGNORECASE,
)
_PANEL_LABEL = re.compile(r"(?:[(\[]?\b[A-Za-z]\b[)\].:]*[\s,;&–-]*(?:and\s)?)+|[Pp]anels?\s[(\[]?[A-Za-z][)\].:]*")
_MARKUP = re.compile(
    r"</?(?:td|tr|table|sub|sup|div|span|br|p|i|b)\b[^>]*>|&(?:[a-z]+|#\d+);|\\(?:begin|includegraphics)\b|�"
)


def unusable_reason(caption: str) -> str | None:
    """Why a raw caption cannot be used, or None when it can.

    Returns:
        "empty", "bare_number" ("12", "(iv)"), "bare_label" ("Figure 3:"), "panel_label" ("(a)", "a, b") or "debris"
        (markup, replacement characters or mostly neither letters nor maths).
    """
    text = " ".join(re.sub(r"\[(?:CITE|REF)\]", " ", caption).split())
    if not re.search(r"\w", text):
        return "empty" if not text or not re.search(r"[^\s.,;:()\[\]-]", text) else "debris"
    for reason, pattern in (("bare_number", _BARE_NUMBER), ("bare_label", _BARE_LABEL), ("panel_label", _PANEL_LABEL)):
        if pattern.fullmatch(text):
            return reason
    prose = re.sub(r"\$[^$]*\$", "", text)
    letters = sum(character.isalpha() for character in prose)
    if _MARKUP.search(text) or (prose.strip() == text and letters < 0.4 * len(text)):
        return "debris"
    return None
