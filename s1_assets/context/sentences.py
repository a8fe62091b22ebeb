"""Complete sentences of a paragraph of scientific English, by rules; no model, linear in the text.

A stop ends a sentence unless the word before it or the text after it says otherwise. Paragraphs are plain text as
the extraction routes write it: maths between dollar signs, citations as [CITE], references as [REF]. In doubt two
sentences stay together, because half a sentence is useless to a captioner and one too many only costs characters.
"""

import re
from bisect import bisect_left

from s1_assets.extraction.document import MATHS

Span = tuple[int, int]

_STOP_IN_MATHS = re.compile(r"(?<!\\right)(?<!\\left)[.!?](?:\s|\\[,;:! ]|\\q?quad|[)\]}])*\$+$")

_STOP = re.compile(
    r"(?:(?<![.!?])[.!?]++|…)"
    r"[\"'”’»)\]}]*"
    r"(?:\s?\[CITE\](?:,?\s?\[CITE\])*(?=\s+[A-Z(\[“\"]|\s*$)|(?:\$\^[^$]*\$)|[⁰¹²³⁴-⁹]+|(?<=[a-z)\]]\.)\d{1,3}(?:[,–-]\d{1,3})*(?=\s+[A-Z]))?"
    r"(?=\s|$)"
)
_GLUED_STOP = re.compile(r"(?<=[a-z\])}][a-z\])}])\.(?=[A-Z][a-z]*\s)")
# A run-in heading ends with its stop and dash: "Results.—We find", "Model. – We use".
_DASHED_STOP = re.compile(r"(?<=\w)[.!?][”\"']?\s?[—–](?=\s?[A-Z“(\[$])")
_CJK_STOP = re.compile(r"[。！？][”’」』）]*")
_WORD = re.compile(r"[^\s(\[{“‘\"',;/–—…]*$")
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_REACH = 80  # characters looked at before and after a stop; longer than any word or citation that decides about it
_ENUMERATOR = re.compile(r"[(\[]?(?:\d{1,2}|[A-Za-z]|[ivx]{1,4})[.)\]]+")
_LETTER_NEXT = re.compile(r"[A-Za-z]{1,2}\.")  # as in "z. B." and "p. ex."
_NUMBER_NEXT = re.compile(r"[\d$(\[#]|[IVX]+\b|[A-Z]\b")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Followed by the thing they abbreviate, so they never end a sentence.
_NEVER_FINAL = _words("""
    fig figs eq eqs eqn eqns ref refs sect sects secs tab tabs chap thm lem prop def alg algs app suppl supp ext cf vs
    viz approx ca e.g i.e eg ie wrt w.r.t incl excl esp ed eds transl nos var subsp ssp cv resp aka a.k.a s.t i.i.d
    chaps thms lems conj éq éqs abb abbn vgl bzw bspw
""")
# Before a name; without the capital they are units (ms, ft) or ordinary words.
_TITLES = _words("Dr Prof Mr Mrs Ms Drs St Mt Ft Gen Sen Rep Rev Hon Messrs")
# Abbreviations when a number or a reference follows, ordinary words otherwise.
_BEFORE_NUMBER = _words(
    "no sec p pp vol vols art ch ex par col ver ser nr cor line lines min max exp expt expts obs sim"
)
# A slip, as in "Figure. [REF]", where nothing but the number follows; else these end sentences.
_NUMBERED_THINGS = _words("figure figures table tables section sections equation equations scheme chart appendix")
# A single capital behind these is their letter, and behind a number it is a unit; elsewhere it may be an initial.
_LETTERED = _words("""
    appendix app appendices table tab box panel panels part parts section sec sect chapter supplement step steps
    type types class case cases group groups phase region regime model method sample set mode stage state site point
    vitamin hepatitis influenza
""")
# End a sentence only when the next word is one that begins sentences.
_SELDOM_FINAL = _words("""
    al etc inc ltd co corp jr sr bros univ dept inst acad natl phys lett proc nat sci math comput int astron astrophys
    spp sp u.s u.k e.u u.s.a a.m p.m ph.d m.sc b.sc m.d d.c et
    jan feb mar apr jun jul aug sep sept oct nov dec
""")
_STARTERS = _words("""
    The This These Those That There They Their Then Thus Therefore To We Our Us In It Its If Is As At An A All Also
    Although After Any And Another Because Before Both But By Can Consequently Conversely Comparing Compared Consider
    Despite Due During Each Either Even Every Finally First Following For From Furthermore Given Hence Here How
    However Indeed Instead Interestingly Later Let Like Moreover Most Nevertheless Next No None Not Note Notably Notice
    Now On Once One Only Other Overall Second Secondly Several Similarly Since So Some Specifically Still Subsequently
    Such Surprisingly Thirdly Third Though Three Through Throughout Two Under Unlike Until Upon Using Unless What When
    Whenever Where Whereas Whether Which While Who Why With Within Without Yet You Your He She His Her Additionally
    Accordingly Again Alternatively Among Besides Between Beyond Clearly Figure Figures Fig Table Similar Further
""")


def split_sentences(text: str) -> list[Span]:
    """Spans (start, end) of the sentences of `text`, in order, without the blanks around them.

    Args:
        text: one paragraph as plain text.

    Returns:
        Character spans; every character that is not blank lies in exactly one of them.
    """
    formulas = {match.end(): match.start() for match in MATHS.finditer(text)}
    protected = _protected_spans(text)
    begins = [begin for begin, _ in protected]
    spans: list[Span] = []
    start = 0
    stops = _candidate_ends(text)
    for end in sorted(stops | formulas.keys()):
        before = bisect_left(begins, end) - 1
        if end <= start or (before >= 0 and end < protected[before][1]):
            continue
        if end in formulas and end not in stops:
            is_end = _formula_ends_sentence(text[formulas[end] : end], text[end : end + _REACH].lstrip())
        else:
            is_end = _stop_ends_sentence(text[max(start, end - _REACH) : end].lstrip(), text[end : end + _REACH])
        if is_end:
            spans.append((start, end))
            start = end
    spans.append((start, len(text)))
    return [(s, e) for s, e in (_stripped(text, *span) for span in spans) if s < e]


def _candidate_ends(text: str) -> set[int]:
    ends = {match.end() for match in _STOP.finditer(text)}
    ends.update(match.end() for match in _GLUED_STOP.finditer(text))
    for match in _DASHED_STOP.finditer(text):
        ends.difference_update(range(*match.span()))
        ends.add(match.end())
    ends.update(match.start() for match in _BLANK_LINE.finditer(text))
    ends.update(match.end() for match in _CJK_STOP.finditer(text))
    return ends


def _protected_spans(text: str) -> list[Span]:
    """Disjoint spans of maths and of balanced brackets up to 600 characters: a stop inside them ends nothing."""
    blanked = MATHS.sub(lambda match: " " * len(match.group()), text)
    spans = [match.span() for match in MATHS.finditer(text)]
    open_brackets: list[int] = []
    for match in re.finditer(r"[()\[\]]", blanked):
        if match.group() in "([":
            open_brackets.append(match.start())
        elif open_brackets and blanked[open_brackets[-1]] + match.group() in ("()", "[]"):
            begin = open_brackets.pop()
            if match.end() - begin <= 600:
                spans.append((begin, match.end()))
    disjoint: list[Span] = []
    for begin, end in sorted(spans):
        if not disjoint or begin >= disjoint[-1][1]:
            disjoint.append((begin, end))
    return disjoint


def _formula_ends_sentence(formula: str, following: str) -> bool:
    """A formula ends a sentence when it holds the stop itself, or when the next word can only begin one."""
    if _STOP_IN_MATHS.search(formula):
        return bool(following) and not following[0].islower()
    return _first_word(following) in _STARTERS - {"A", "Figure", "Figures", "Fig", "Table"}


def _stop_ends_sentence(preceding: str, after: str) -> bool:
    following = after.lstrip()
    if not following or _BLANK_LINE.match(after) or preceding.rstrip("”’」』）").endswith(("。", "！", "？")):
        return True
    if _ENUMERATOR.fullmatch(preceding):
        return False
    *_, stop = re.finditer(r"[.!?…]+", preceding)
    glued = after[0] == following[0] and not preceding.endswith(("—", "–"))
    if glued and _first_word(following) not in _STARTERS:
        return False
    if stop.group() != ".":
        return not following[0].islower()
    word = _WORD.search(preceding[: stop.start()])
    return _full_stop_ends(word.group() if word else "", preceding, following)


def _full_stop_ends(word: str, preceding: str, following: str) -> bool:
    plain, next_word = word.lower(), _first_word(following)
    is_acronym = len(word) > 1 and word.isupper() and next_word in _STARTERS  # "… is denoted CF. The mean …"
    if plain in _NEVER_FINAL and not is_acronym:
        return False
    if word in _TITLES or (len(word) == 1 and word.islower() and _LETTER_NEXT.match(following)):
        return False
    if _takes_number(plain, following):
        return False
    if re.fullmatch(r"(?:[A-Z]\.?-?)*[A-Z]|(?:[A-Za-z]{1,2}\.)+[A-Za-z]{1,2}", word) and len(word) < 8:
        ambiguous = "." in word or (len(word) == 1 and not _is_letter_or_unit(word, preceding))
    else:
        ambiguous = plain in _SELDOM_FINAL
    if ambiguous:
        return len(next_word) > 1 and next_word in _STARTERS
    if following[0].islower():
        return _lower_case_starts(word, preceding, following)
    return following[0] not in ",;:.)]}"


def _takes_number(plain: str, following: str) -> bool:
    if plain in _NUMBERED_THINGS:
        return following.startswith(("[REF]", "([REF]"))
    return plain in _BEFORE_NUMBER and _NUMBER_NEXT.match(following) is not None


def _is_letter_or_unit(word: str, preceding: str) -> bool:
    """Whether the last word of `preceding`, a single capital, is the letter of an appendix or the unit of a number."""
    before = preceding.rstrip(".!?…”’\"')]} ").removesuffix(word).split()
    return bool(before) and (before[-1].lower() in _LETTERED or before[-1][-1] in "0123456789$°")


def _lower_case_starts(word: str, preceding: str, following: str) -> bool:
    """A name such as minimap2, mRNA or α-helix may begin a sentence; a plain lower-case word only after a whole one."""
    next_token = re.match(r"[\w-]+", following)
    if next_token and re.search(r"[\dA-Zα-ω]|^[a-z]-", next_token.group()):
        return True
    return bool(re.fullmatch(r"[a-z]{5,}", word)) and len(preceding.split()) > 2


def _first_word(text: str) -> str:
    match = re.match(r"[A-Za-z]+", text)
    return match.group() if match else ""


def _stripped(text: str, start: int, end: int) -> Span:
    part = text[start:end]
    return start + len(part) - len(part.lstrip()), start + len(part.rstrip())
