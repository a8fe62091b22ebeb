"""Which citing sentences tell most about a figure beyond its caption.

A greedy choice by the words, numbers and printed words of the figure that a sentence adds (maximal marginal
relevance, Carbonell and Goldstein 1998, with set overlap as similarity).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from s1_assets.captioning.readable import readable_sentence
from s1_assets.captioning.request import Mention
from s1_assets.extraction.document import MATHS

LONGEST_SENTENCE = 500  # characters; longer ones are lists or derivations
MOST_SENTENCES = 6
LEAST_SCORE = 4.0
LEAST_NOVEL_WORDS = 3  # a number counts as a word
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
        found.append(Candidate(mention.order, text, content_words(text), _numbers(text)))
    return found


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
    caption_words = content_words(caption)
    printed = content_words(" ".join(figure_text))
    known_words, known_numbers = set(caption_words), set(_numbers(caption))
    chosen: list[Candidate] = []
    remaining = list(offered)
    while remaining and len(chosen) < MOST_SENTENCES:
        remaining = [
            candidate
            for candidate in remaining
            if len(candidate.text) < budget and _says_something_new(candidate, known_words, known_numbers)
        ]
        scores = [_score(candidate, known_words, known_numbers, caption_words, printed) for candidate in remaining]
        if not scores or max(scores) < LEAST_SCORE:
            break
        best = remaining.pop(scores.index(max(scores)))
        chosen.append(best)
        known_words |= best.words
        known_numbers |= best.numbers
        budget -= len(best.text) + 1
    return sorted(chosen, key=lambda candidate: candidate.order)


def _says_something_new(candidate: Candidate, known_words: set[str], known_numbers: set[str]) -> bool:
    novel = len(candidate.words - known_words) + len(candidate.numbers - known_numbers)
    return novel >= max(LEAST_NOVEL_WORDS, LEAST_NOVEL_SHARE * (len(candidate.words) + len(candidate.numbers)))


def _score(
    candidate: Candidate,
    known_words: set[str],
    known_numbers: set[str],
    caption: frozenset[str],
    printed: frozenset[str],
) -> float:
    novel = candidate.words - known_words
    score = float(min(len(novel), 12))
    score += min(len(candidate.numbers - known_numbers), 3)
    score += min(len(candidate.words & caption), 3)
    score += min(len(novel & printed), 3)
    score -= 3 * bool(_ANAPHORA.match(candidate.text))
    score -= 3 * bool(_AUTHOR_VOICE.search(candidate.text))
    return score


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
