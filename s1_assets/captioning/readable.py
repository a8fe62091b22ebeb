"""Prose of a paper made readable away from the paper: no [CITE], no [REF], no phrase that only points elsewhere.

Words are dropped, never added; what is pointed at stays. A sentence that cannot stand without its reference
("Eq. ([REF]) follows from the symmetry.") is given up rather than mended.
"""

import re

from s1_assets.captioning.references import BARE, CITED, MARK, OWN, REFERENCE, mark_references
from s1_assets.context.sentences import split_sentences
from s1_assets.extraction.document import MATHS

_ADVERB = r"(?:(?:\w+ly|also|again|then|now|further|here|thus)\s)?"
_PARTICIPLE = r"(?:\w+ed|shown|seen|given|taken|drawn|known|found|made|written|built)"
_BE = r"(?:is|are|was|were|be|been|being|has been|have been|can be|can also be|may be)"
_SHOW = r"(?:show|depict|illustrate|present|display|plot|visuali[sz]e|report|sketch|summari[sz]e|provide|give)"
_SHOWS = rf"(?:{_SHOW}s?|represents?|exhibits?|outlines?|highlights?)"
_SHOWS_THAT = (
    r"(?:shows?|demonstrates?|reveals?|confirms?|indicates?|suggests?|illustrates?|highlights?)\s(?:us\s)?that"
)
_PREPOSITION = (
    r"(?:in|of|from|on|by|to|with|using|via|at|per|under|for|through|following|unlike|as in|as for|as per|"
    r"along with|together with|as well as)"
)
_LEADING = r"(?:[Ii]n|[Ff]rom|On|At|With|According to|Based on|Compared (?:to|with)|Following)"
_COMPARED = (
    r"(?:compared (?:to|with)|in comparison (?:to|with)|relative to|according to|based on|corresponding to|similar to|"
    r"in accordance with|with respect to|in agreement with|analogous to|akin to|identical to)"
)
_FIGURE = f"[{OWN}{BARE}]"
_ASIDE = r"(?:\s\([^()]*\))?"
_POINTERS = r"(?:(?:see|also|e\.g\.|i\.e\.|cf\.|compare|and|or|in|as|shown|the|both|for example|here)[\s,;:]*)*"
_NOUN_PHRASE = (
    r"(?!(?:While|When|If|Since|As|Because|Although|After|However)\b)"
    r"(?:(?!\b(?:is|are|was|were|be|we|has|have|had|will|can)\b)[^,;:])*?"
)
_NAMED = rf"(?:(?:the\s)?{REFERENCE}|{CITED})"  # "the [CITE] catalogue" is named by its noun, not by its citation
_ENDS = r"(?=[.,;:)]|$)"
_ONLY_POINTS = (
    r"(?:shown|seen|depicted|displayed|plotted|presented|illustrated|visuali[sz]ed|sketched|listed|given|reported|"
    r"summari[sz]ed|collected|found)"
)
# A noun phrase may stand as a caption; a question, what the authors did, or a second verb of the figure may not.
_NO_CAPTION = (
    r"(?!(?:how|why|whether|what|where|when|which|who)\b)(?!.*\b[Ww]e\b)"
    r"(?!.*\b(?:and|but)\s(?:\w+ly\s|also\s|thus\s)?(?:shows|depicts|illustrates|compares|confirms|demonstrates|reveals|"
    r"indicates|suggests|highlights|provides)\b)"
)
# Only the verbs that cannot be taken for a plural noun: enough to tell a clause from a list.
_VERB = r"\b(?:is|are|was|were|has|have|had|can|do|does|did|will|it\s\w+s|they\s\w+)\b"

_FIRST_FORMULA = ord("\ue100")

Rules = list[tuple[re.Pattern[str], str]]


def _rules(*rules: tuple[str, str]) -> Rules:
    return [(re.compile(pattern), replacement) for pattern, replacement in rules]


# A sentence about the figure becomes what the figure shows. Only where a single figure is meant.
_FIGURE_RULES = _rules(
    (rf"^{_FIGURE}{_ASIDE}\s{_ADVERB}{_SHOWS_THAT}\s", ""),
    (rf"^{_FIGURE}{_ASIDE}\s{_ADVERB}{_SHOWS}\s(?!(?:that|in|on|at|as|by|for|with|both)\b){_NO_CAPTION}", ""),
    (rf"^{_FIGURE}\s(?:is|are)\s(?=(?:a|an|the)\s)", ""),
    (rf"^[Ww]e\s{_ADVERB}{_SHOW}\s(?=(?:the|a|an|our|some|two|three|several)\s.*{_FIGURE})", ""),
    (rf"^[Ii]n\s{_FIGURE}{_ASIDE},?\swe\s{_ADVERB}{_SHOW}\s(?!that\b|how\b)", ""),
    (rf"^({_NOUN_PHRASE})\s{_BE}\s{_ADVERB}{_PARTICIPLE}\s(?:in|by|on|at)\s{_FIGURE}(?=\s*[.;]?$)", r"\1"),
    (rf"^{_NOUN_PHRASE}\s{_BE}\s{_ADVERB}{_ONLY_POINTS}\s(?:in|by|on|at)\s{_FIGURE}:\s", ""),
    (rf"^{_FIGURE}\s{_ADVERB}\w+s\s[^:;]*[:;]\s(?=.*{_VERB})", ""),
)
# What only points goes: bracketed pointers, "see …", "as shown in …", and appositions.
_POINTER_RULES = _rules(
    (rf"\s*[(\[]{_POINTERS}{MARK}(?:[\s,;]*{_POINTERS}{MARK})*\s*[)\]]", ""),
    (rf"\s*\((?:see|note|cf\.)\s[^()]*{MARK}[^()]*\)", ""),
    (rf"\s*\([^()]*\b{_BE}\s{_PARTICIPLE}\s(?:in|by)\s{MARK}\)", ""),
    (rf"\s*\({MARK}\s[a-z][^()]*\)", ""),
    (rf"([(\[])(?:see\s|e\.g\.,?\s)?{MARK}[\s,;:]+", r"\1"),
    (rf"\s*[,;]\s*(?:see(?:\salso)?\s)?{MARK}(?=[)\]])", ""),
    (r"\s*\(data not shown\)", ""),
    (rf"(?:^|(?<=[:;]\s))[Aa]s\s(?:\w+\s){{1,4}}?{REFERENCE},?\s", ""),
    (rf"(?:^|(?<=[:;]\s))[Aa]s\s{REFERENCE}(?:\s[a-z]+){{0,2}},\s", ""),
    (rf",?\sas\s{REFERENCE}\s[a-z]+(?=[.,;)]|$)", ""),
    (rf",?\s(?:and\s)?as\s(?:\w+\s){{0,4}}?(?:in|by|on|from|with)\s{REFERENCE},?(?=[\s.;:)]|$)", ""),
    (rf"(?:^|[,;:–—]?\s)(?:see|cf\.)\s(?:also\s)?(?:in\s)?{REFERENCE}(?:\sfor\s[^.,;()]*)?{_ENDS}", ""),
    (rf",\s(?:adapted|taken|reproduced|modified|redrawn)\sfrom\s{MARK}", ""),
    (rf",\s{REFERENCE},(?=\s(?:is|are|was|were|has|have|can)\b)", ""),
    (rf",\s{REFERENCE}(?=[.,;)])", ""),
    (rf"^{_LEADING}\s(?:the\s)?{MARK}{_ASIDE}\s*,?\s", ""),
)
# The phrases that remain lose their reference together with the words that lead to it.
_PHRASE_RULES = _rules(
    (rf",?\s(?:as\s)?{_COMPARED}\s{MARK}", ""),
    (rf"(\b{_BE}\s{_ADVERB}{_PARTICIPLE})\s(?:in|on|at|from|with)\s{_NAMED}", r"\1"),
    (rf"(?<!\bis)(?<!\bare)(?<!\bwas)(?<!\bbeen)(?:\sas)?\s{_PARTICIPLE}\s(?:in|by|from|on|at|with|to)\s{_NAMED}", ""),
    (rf"\s{_PREPOSITION}\s{_NAMED}", ""),
    (rf"\s(?:as|than|like)\s{_NAMED}(?!\s(?!(?:with|in|for|at|by|of|on|but|and)\b)[a-z])", ""),
    (rf"\s*{CITED}(?=[\s.,;:)–—-]|$)(?!\s(?:\w+ed|show|found|is|are|was|were|has|have|propose|use)\b)", ""),
)
# Words that tie a sentence to the one before it, which is not there any more.
_OPENINGS = re.compile(
    r"^(?:(?:However|Thus|Therefore|Moreover|Furthermore|Additionally|Also|Hence|Finally|Consequently|Accordingly|"
    r"Indeed|In addition|In particular|In fact|[Ff]or example|[Ff]or instance|As an example|"
    r"As a first (?:example|step)|As a result|As expected|On the other hand|Interestingly|Notably|Specifically|"
    r"Similarly|Alternatively|Lastly|Next|Then|Now|First|Second|Again|Here|To this end|Of course|Note that|"
    r"We note that|Notice that|It is worth noting that),?\s)+(?=\S)"
)
_DANGLING = re.compile(
    r"\b(?:of|in|by|the|with|to|from|a|an|and|or|as|at|on|for|via|per|using|than|see|both|either|between|"
    r"(?:is|are|was|were)(?:\s(?:given|defined|described|determined|obtained|expressed)(?:\sby)?)?)\s*[.,;:)]|"
    r"\b(?:shown|seen|depicted|given|found|plotted),?\swhich\b"
)
# A verb that lost its subject, or a clause that only pointed and lost what it pointed to.
_BROKEN = re.compile(
    rf"^(?:is|are|was|were|has|have|can|shows?|agrees?)\b|\((?:is|are|was|were|has|have|shows?)\b|"
    rf"^[^,]*,\s(?:is|are|was|were|has|have)\b|,\s(?:agree|show|confirm|suggest|indicate|illustrate)s?{_ENDS}|"
    rf"\b{_BE}\s{_ADVERB}{_ONLY_POINTS}{_ENDS}"
)
# A caption sentence that leans on another figure's caption.
_SAME_AS = re.compile(rf"^(?:(?:The\s)?[Ss]ame|[Aa]s|[Ss]imilar|[Ii]dentical|[Ll]ike|[Aa]nalogous)\b[^,;.]*{REFERENCE}")
_BARE_POINTER = re.compile(r"(?:Compare|See|Cf|Adapted|Taken|Reproduced|Modified|Redrawn|Reprinted|From|After)\b\W*")
_OWN_LABEL = re.compile(
    r"^\s*(?:(?:Supplementary|Supplemental|Extended Data)\s)?(?:Figure|Fig\.?|FIG\.?|Scheme|Chart|Plate)\s*"
    r"[A-Z]{0,2}\.?\d+[.:|)]\s+"
)


def readable_sentence(sentence: str, label: str | None = None) -> str | None:
    """A citing sentence as it can stand under the figure, or None when nothing of it can.

    Args:
        sentence: one complete sentence with [REF], [CITE] and typed references.
        label: the figure's printed label; a typed reference with another number is to another figure.

    Returns:
        The sentence without markers, capitalised and closed with a stop: "Fig. [REF] shows the flow of heat [CITE]."
        gives "The flow of heat.".
    """
    prose, formulas = _set_formulas_aside(sentence)
    marked = _OPENINGS.sub("", mark_references(_unwrapped(prose), label))
    figures = len(re.findall(_FIGURE, marked))
    text = _OPENINGS.sub("", _tidy(_rewritten(marked, figures)))
    gone_wrong = re.search(MARK, text) or _dangling(text) - _dangling(marked) or _unbalanced(text)
    if gone_wrong or not re.search(r"[A-Za-z]{2}", text):
        return None
    return closed(_capitalised(_put_back(text, formulas)))


def readable_caption(caption: str) -> str:
    """A caption without markers and without its own label; sentences that only point elsewhere are left out."""
    caption = _OWN_LABEL.sub("", " ".join(caption.split()))
    sentences: list[str] = []
    for start, end in split_sentences(caption):
        prose, formulas = _set_formulas_aside(caption[start:end])
        marked = mark_references(prose, None)
        if not re.search(MARK, marked):
            sentences.append(_put_back(prose, formulas))
            continue
        rewritten = _tidy(_rewritten(marked, figures=0))
        text = _tidy(re.sub(rf"\s*{MARK}", "", rewritten))
        lost_subject = re.match(REFERENCE, rewritten) or (_SAME_AS.match(marked) and _is_scrap(text))
        if re.search(r"\w", text) and not lost_subject and not _BARE_POINTER.fullmatch(text):
            sentences.append(_capitalised(_put_back(text, formulas)))
    return " ".join(sentences)


def _rewritten(text: str, figures: int) -> str:
    rules = _FIGURE_RULES if figures == 1 else []
    for pattern, replacement in [*rules, *_POINTER_RULES, *_PHRASE_RULES]:
        text = pattern.sub(replacement, text)
    return text


def _unwrapped(sentence: str) -> str:
    """A sentence that stands in brackets as a whole, without them."""
    inner = re.fullmatch(r"\(([^()]*(?:\([^()]*\)[^()]*)*)\)", sentence)
    return inner.group(1) if inner else sentence


def _tidy(text: str) -> str:
    """Punctuation as it should stand after words were taken out."""
    text = re.sub(r"\(\s*[,;:]*\s*\)|\[\s*[,;:]*\s*\]", "", text)
    text = re.sub(r"([(\[])\s*[,;:]\s*", r"\1", text)
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"\s([,;:.!?)\]])", r"\1", text)
    text = re.sub(r"[,;:]+(?=[,;:.)])", "", text)
    text = re.sub(r"\s[–—]\s?[–—]\s", " ", text)
    return text.strip(" ,;:–—")


def _dangling(text: str) -> set[str]:
    """Function words before a stop, verbs without a subject: what a careless removal leaves behind."""
    return {match.group() for pattern in (_DANGLING, _BROKEN) for match in pattern.finditer(text)}


def _is_scrap(text: str) -> bool:
    """Whether what is left of "Same as …, at 60 cm" is too little to be understood."""
    return not re.search(_VERB, text) and len(re.findall(r"\w{3,}", text)) < 4


def _unbalanced(text: str) -> bool:
    return any(text.count(left) != text.count(right) for left, right in ("()", "[]", "“”"))


def _set_formulas_aside(text: str) -> tuple[str, list[str]]:
    """`text` on one line with a private character in place of each formula, so that no rule reads into maths."""
    text = re.sub("[\ue000-\uf8ff]", "", " ".join(text.split()))
    formulas = MATHS.findall(text)[: ord("\uf8ff") - _FIRST_FORMULA]
    for index, formula in enumerate(formulas):
        text = text.replace(formula, chr(_FIRST_FORMULA + index), 1)
    return text, formulas


def _put_back(text: str, formulas: list[str]) -> str:
    """`text` with its formulas, but without the markers that stand inside them."""
    text = re.sub("[\ue100-\uf8ff]", lambda match: formulas[ord(match.group()) - _FIRST_FORMULA], text)
    return re.sub(r"\s*\(?\[(?:REF|CITE)\]\)?", "", text)


def closed(text: str) -> str:
    """`text` with a stop at its end."""
    text = text.rstrip(" ,;:")
    return text if not text or re.search(r"[.!?…][\"”’)\]$]*$", text) else text + "."


def _capitalised(text: str) -> str:
    """With a capital first letter, unless the first word is a name that is written small (pH, mRNA, minimap2)."""
    first = re.match(r"[\w-]+", text)
    if first and re.fullmatch(r"[a-z]+(?:-[a-z]+)*", first.group()):
        return text[0].upper() + text[1:]
    return text
