"""Phrases that have no place in a caption: refusals, figure numbers, the notation of chats and prompts.

Each function takes the layers of an answer and gives the first such phrase with a few words around it, or None.
"""

import re

from s1_assets.captioning.fence import TAGS, folded
from s1_assets.context.sentences import split_sentences

_LONGEST_LABEL = 60  # characters
_BEGINS = r"(?:^|[.!?:]\s)"  # "type I cannot occur" is no refusal
_OPENS = r"(?:^|[.!?]\s)"  # "three classes: I cannot overlap with II" is none either
_CLAUSE = r"(?:^|[.!?:;,]\s|\b(?:because|since|as|but|and|that|when|if)\s)"  # "the scale of the image" begins none
_PICTURE = r"(?:image|figure|picture|photograph|file)"
_DO_NOT = r"(?:cannot|can['’]t|can not|could not|couldn['’]t|do not have|don['’]t have|won['’]t|will not)"
_LOOK = r"(?:view|see|access|open|load|display|process|analy[sz]e|describe)"
_GIVEN = r"(?:provided|attached|given|supplied|uploaded|included)"
_TEXT = r"(?:text|context|caption|abstract|title|description|information|details?)"
_MODEL = r"(?:artificial intelligence|AI|(?:large\s)?(?:vision[ -])?language model|(?:virtual|AI) assistant)"
_REFUSAL = re.compile(
    rf"{_BEGINS}(?:I['’]m|I am)\s(?:(?:so|very)\s)?(?:sorry|unable|not able|afraid)\b|"
    rf"{_BEGINS}(?:[Ss]orry|[Uu]nfortunately),?\s(?:but\s)?I\b|\bI apologi[sz]e\b|"
    rf"{_OPENS}I\s(?:{_DO_NOT}|do not see|don['’]t see)\b|"
    rf"{_BEGINS}I\s{_DO_NOT}\s(?:{_LOOK}|help|assist|provide)\b|{_BEGINS}We are (?:unable|not able) to provide\b|"
    rf"\b[Aa]s an?\s{_MODEL}(?:\s(?:language\s)?(?:model|assistant))?,?\sI\b|"
    rf"\b(?:unable|not able)\sto\s{_LOOK}\s(?:the|this|any|your)\s(?:\w+\s)?{_PICTURE}\b|"
    rf"\b[Nn]o\s{_PICTURE}\s(?:was|is|has been|were)\s{_GIVEN}\b(?!\s(?:for|of)\s(?!me\b|analysis\b|this\b))|"
    rf"{_CLAUSE}(?:(?:[Tt]he|[Tt]his|[Yy]our|[Aa]n?)\s)?(?:\w+\s)?{_PICTURE}\s"
    r"(?:(?:was|is)\snot|(?:was|is)n['’]t|has not been)\s(?:provided|attached|supplied|uploaded)\b|"
    rf"{_BEGINS}(?:(?:[Tt]he|[Tt]his|[Yy]our)\s)?(?:[Ii]mage|[Ff]igure|[Pp]icture)\s(?:"
    r"(?:is\s|was\s)?(?:not available|unavailable)|"
    r"(?:could not|couldn['’]t|cannot|can['’]t) be (?:loaded|opened|viewed|accessed|displayed|processed))\b|"
    rf"{_BEGINS}[Bb]ased (?:only |solely )?on the (?:\w+ ){{0,2}}{_TEXT}(?: alone| only)?, "
    r"(?:(?:the|this) (?:image|figure|picture|plot|graph|chart|diagram)|it (?:likely|probably))\b|"
    r"\b[Pp]lease\s(?:provide|upload|attach|share)\s(?:me\s)?(?:the|an?|your|this|more)\s(?:\w+\s)?"
    rf"(?:image|figure|picture|{_TEXT})\b"
)
# A layer that only says that it is empty, in words or as the form of an answer that was never filled in.
_PLACEHOLDER = re.compile(
    r"\W*(?:n\s?[/.]\s?a|none|null|nil|empty|string|unknown|not (?:available|applicable|given|provided|specified)|"
    rf"no (?:\w+ ){{0,2}}{_TEXT} (?:is|was|are|were|has been|have been)? ?(?:{_GIVEN}|available|found)[^.]*|"
    r"<[^<>]*>|\[[^\[\]]*\]|(?:two to four|2[-–]4) sentences)\W*",
    re.IGNORECASE,
)
# "Figure 8 orbit" is a shape, "figure 3D surface" a kind of plot, "a fig 5 cm wide" a fruit, "figure (2 × 2)" a grid.
_SHAPES = "shape|orbit|loop|knot|pattern|trajector|path|curve|coil|track|maze|course|antenna|motion"
_SOLIDS = "surface|plot|view|rendering|model|structure|map|scatter|reconstruction|volume|mesh|scene|graph"
_FIGURE_NUMBER = re.compile(
    r"(?<!\b[Aa]\s)\b(?i:figures?|figs?\b\.?)[\s~–-]*"
    rf"(?!8[\s-](?:{_SHAPES})|[23]D[\s-](?:{_SOLIDS})\b|\(?\d+\s*(?:[×x]\s*\d|by\s\d))"
    r"\(?(?:(?:[A-Z]{1,2}[.-]?)?\d|[IVX]{1,5}\b|\?\?)"
)
# Tags at large are no fault: an answer may speak of a page's <b>, of a mean <s>, or quote a page's `<title>`.
_TAGS = "|".join((*TAGS, "think", "tool_call", "tool_response", "image"))
_MARKUP = re.compile(
    r"<\s*\|[^<>|]{1,64}\|\s*>|"
    rf"(?<![`\"'“‘])<\s*/?\s*(?:{_TAGS})\s*/?\s*>|<\s*/\s*s\s*>|\[\s*/?\s*INST\s*\]|<<\s*/?\s*SYS\s*>>|"
    r"```|\[(?:REF|CITE)\]|(?:^|[.!?”\"]\s)(?:(?:[Aa]ssistant|[Uu]ser|[Hh]uman)\s?:|[Ss]ystem\s?:\s?[Yy]ou\b)|"
    r"\{\s*[\"“'](?:visual|contextual)\b|[\"“'](?:visual|contextual)[\"”']\s*:|"
    r"\\(?:[a-zA-Z]*cite[a-z]*\*?|[a-zA-Z]*ref\*?|label)\s*[\[{]|\]\(\s*(?:https?|data|file|javascript):|"
    r"<\s*/?\s*(?:script|iframe|object|embed|style|form|meta|img)\b[^<>]*>"
)
_ADDRESS = re.compile(r"\b(?:https?|ftp)\s?://|\bwww\.\w", re.IGNORECASE)
_PEOPLE = r"(?:(?:the|all|both|each)\s)?(?:participant|subject|user|player|patient|annotator|rater|worker|student)"
_OBEDIENCE = re.compile(
    rf"{_BEGINS}As (?:instructed|requested)\b(?!\s(?:by|in|from)\s(?!the\s(?:user|prompt|system|instruction)))|"
    rf"\b(?:the|your|these) instructions (?:say|ask|require)\b(?!\s{_PEOPLE})"
)


def refusal(*layers: str) -> str | None:
    """A sentence in which a model says that it will not or cannot describe the image."""
    return _first(_REFUSAL, layers)


def placeholder(*layers: str) -> str | None:
    """A layer that is nothing but the word for nothing ("N/A"), or the form of an answer."""
    return next((repr(layer) for layer in layers if _PLACEHOLDER.fullmatch(layer)), None)


def unfinished(*layers: str) -> str | None:
    """The end of a layer whose sentences have full stops but for the last, which ends in a word or a comma."""
    for layer in layers:
        if re.search(r"(?:[^\W\d_]|[,;-])\s*$", layer) and len(split_sentences(layer)) > 1:
            return repr(layer[-60:])
    return None


def self_reference(label: str | None, *layers: str) -> str | None:
    """A figure's number, of this figure or another, or this figure's own label ("Scheme 2").

    A label without a word ("3", "S1") is no phrase: its number stands for many things.
    """
    found = _first(_FIGURE_NUMBER, layers)
    own = (label or "")[:_LONGEST_LABEL].strip(" .:")
    if found is None and re.search(r"\d", own) and re.search(r"[^\W\d_]{2}", own):
        found = _first(re.compile(rf"(?<!\w){re.escape(own)}(?!\w)", re.IGNORECASE), layers)
    return found


def chat_markup(*layers: str) -> str | None:
    """A control token in any width, a tag of the prompt, a role, a code fence, or a marker of the paper's text.

    Also an answer within the answer, commands of LaTeX that point elsewhere, and what a web page would run or load.
    """
    return _first(_MARKUP, [folded(layer) for layer in layers])


def address(*layers: str) -> str | None:
    """An address of the web, which a caption needs only where the figure shows it."""
    return _first(_ADDRESS, layers)


def obedience(*layers: str) -> str | None:
    """A word about the task instead of the figure."""
    return _first(_OBEDIENCE, layers)


def _first(pattern: re.Pattern[str], layers: tuple[str, ...] | list[str]) -> str | None:
    for layer in layers:
        match = pattern.search(layer)
        if match:
            return repr(layer[max(0, match.start() - 20) : match.end() + 40])
    return None
