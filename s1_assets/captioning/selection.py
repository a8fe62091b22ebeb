"""Which citing sentences tell most about a figure beyond its caption.

A greedy choice by the words, numbers and printed words of the figure that a sentence adds (maximal marginal
relevance, Carbonell and Goldstein 1998, with set overlap as similarity).
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from s1_assets.captioning.readable import readable_sentence
from s1_assets.captioning.request import Mention
from s1_assets.extraction.document import MATHS

LONGEST_SENTENCE = 500  # characters; longer ones are lists or derivations
MOST_SENTENCES = 6
LEAST_SCORE = 4.0
LEAST_NOVEL_WORDS = 3  # a number counts as a word
MOST_RANKED = 100  # ranking takes quadratic time, and what comes so late seldom finds room
LEAST_NOVEL_SHARE = 0.3  # below it a sentence says again what is already there

_STOP_WORDS = frozenset(
    re.findall(
        r"\w+",
        """
    the and for are was were with that this these those from have has had its their our which where when while than
    then also can may such each both all any not but into over under between more most other same using used use
    shown show shows showing figure figures fig figs panel panels see seen one two three here there they them been
    being will would could should does did done only very some how what who about after before during through plot
    plots plotted depicted depicts illustrated illustrates displayed presented respectively corresponding
""",
    )
)
_BOILERPLATE = re.compile(
    r"https?:|\.py\b|\b(?:sub)?directory\b|\brepository\b|\bscripts?\b|\bnotebook\b|"
    r"\bfor (?:more |further |additional )?details?\b|\backnowledg|\bcan be found\b|\bis available\b|"
    r"\bwe refer\b|\bthis section\b|\bnext section\b|\bin the following\b|"
    r"\b[Ss]upplementary (?:material|information|file)"
)
_ANAPHORA = re.compile(
    r"(?:This|These|That|Those|It|They|Such|He|She|Both|The latter|The former|Its|Their|Doing so|Let)\b"
)
_AUTHOR_VOICE = re.compile(
    r"\b(?:we (?:intend|will|can|could|propose|note|refer|discuss|assume|convert)|one can|assume you|you can)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Candidate:
    """A citing sentence as it would stand in the recaption."""

    order: int
    text: str
    words: frozenset[str]
    numbers: frozenset[str]


@dataclass
class Known:
    """What a reader knows already: the words and numbers of the caption and of the sentences chosen so far."""

    words: set[str] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)


def content_words(text: str) -> frozenset[str]:
    """Stems (six letters) of the words that carry meaning, in lower case, without maths and short words."""
    words = re.findall(r"[^\W\d_]{3,}", MATHS.sub(" ", text).lower())
    return frozenset(word[:6] for word in words if word not in _STOP_WORDS)


def candidates(mentions: Sequence[Mention], label: str | None) -> list[Candidate]:
    """The mentions that can stand on their own, made readable, in reading order."""
    found = []
    for mention in mentions:
        text = readable_sentence(mention.text, label)
        if text is None or not _stands_alone(mention.text, text):
            continue
        found.append(_candidate(mention.order, text))
    return found


def by_information(
    mentions: Sequence[Mention], label: str | None, caption: str, figure_text: Sequence[str]
) -> list[Mention]:
    """All the mentions, those first that tell most beyond the caption.

    Those that cannot stand alone come after all others; those beyond the first MOST_RANKED come last, as they stand.
    """
    considered, late = mentions[:MOST_RANKED], mentions[MOST_RANKED:]
    standing = candidates(considered, label)
    orders = {candidate.order for candidate in standing}
    leaning = [_candidate(mention.order, mention.text) for mention in considered if mention.order not in orders]
    in_rank = [candidate for tier in (standing, leaning) for _, candidate in ranked(tier, caption, figure_text)]
    position = {candidate.order: rank for rank, candidate in enumerate(in_rank)}
    return [*sorted(considered, key=lambda mention: position[mention.order]), *late]


def ranked(
    offered: Sequence[Candidate],
    caption: str,
    figure_text: Sequence[str],
    admits: Callable[[Candidate, Known], bool] | None = None,
) -> Iterator[tuple[float, Candidate]]:
    """The sentences with their scores, each the most informative of those that are left when the ones before are read.

    Args:
        offered: sentences to choose from, in reading order; of two with one score the earlier comes first.
        caption: what is said already.
        figure_text: words printed in the figure; a sentence that speaks of them speaks of what is seen.
        admits: whether a sentence may still come; asked before each step, and one that may not is out for good.
    """
    caption_words = content_words(caption)
    printed = content_words(" ".join(figure_text))
    known = Known(set(caption_words), set(_numbers(caption)))
    remaining = list(offered)
    while remaining := [one for one in remaining if admits is None or admits(one, known)]:
        scores = [_score(candidate, known, caption_words, printed) for candidate in remaining]
        best = scores.index(max(scores))
        chosen = remaining.pop(best)
        yield scores[best], chosen
        known.words |= chosen.words
        known.numbers |= chosen.numbers


def select(offered: Sequence[Candidate], caption: str, figure_text: Sequence[str], budget: int) -> list[Candidate]:
    """The most informative sentences, in reading order.

    Args:
        offered: sentences to choose from.
        caption: what the recaption says already.
        figure_text: words printed in the figure; a sentence that speaks of them speaks of what is seen.
        budget: characters that the sentences may take together, with a blank before each.

    Returns:
        At most MOST_SENTENCES of `offered`, none of which mostly repeats the caption or another one.
    """
    left = budget
    chosen: list[Candidate] = []

    def admits(candidate: Candidate, known: Known) -> bool:
        return len(candidate.text) < left and _says_something_new(candidate, known)

    for score, candidate in ranked(offered, caption, figure_text, admits):
        if score < LEAST_SCORE or len(chosen) == MOST_SENTENCES:
            break
        chosen.append(candidate)
        left -= len(candidate.text) + 1
    return sorted(chosen, key=lambda candidate: candidate.order)


def _says_something_new(candidate: Candidate, known: Known) -> bool:
    novel = len(candidate.words - known.words) + len(candidate.numbers - known.numbers)
    return novel >= max(LEAST_NOVEL_WORDS, LEAST_NOVEL_SHARE * (len(candidate.words) + len(candidate.numbers)))


def _score(candidate: Candidate, known: Known, caption: frozenset[str], printed: frozenset[str]) -> float:
    novel = candidate.words - known.words
    score = float(min(len(novel), 12))
    score += min(len(candidate.numbers - known.numbers), 3)
    score += min(len(candidate.words & caption), 3)
    score += min(len(novel & printed), 3)
    score -= 3 * bool(_ANAPHORA.match(candidate.text))
    score -= 3 * bool(_AUTHOR_VOICE.search(candidate.text))
    return score


def _candidate(order: int, text: str) -> Candidate:
    return Candidate(order, text, content_words(text), _numbers(text))


def _stands_alone(sentence: str, readable: str) -> bool:
    """Whether a sentence is worth reading at all: no pointer, no boilerplate, no bare formula, not endless."""
    formulas = sum(len(formula) for formula in MATHS.findall(readable))
    return (
        len(readable) <= LONGEST_SENTENCE
        and not sentence.rstrip().endswith(":")
        and len(content_words(readable)) >= 3
        and formulas < 0.6 * len(readable)
        and not _BOILERPLATE.search(readable)
    )


def _numbers(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\d+(?:[.,]\d+)*", text))
