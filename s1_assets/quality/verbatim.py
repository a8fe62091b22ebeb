"""Texts that say what another text says in its own words, and texts that go round in circles."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from s1_assets.context.sentences import split_sentences

LONGEST_PHRASE = 12  # words; terms and set phrases that a paraphrase may carry over as they are
LEAST_SENTENCE = 5  # words; shorter sentences say the same without copying
LONGEST_PERIOD = 12  # words
LEAST_LOOP = 9  # words that repeat what stands one period before them; a row of "0, 0, 0" in a matrix is shorter
LEAST_LOOPS = 3  # times that a phrase comes again, back to back
LEAST_REPEATED = 14  # words; captions do say "n = 4–6 mice per group, 8 weeks post AAV administration." of each panel
_NGRAM = 4  # words
_LEAST_DISTINCT = 0.5  # of the n-grams of a text; real captions with such notes behind each panel have 0.54 and more
_LEAST_NGRAMS = 30
_LONGEST_HOMOPOLYMER = 200  # letters; sequences are written in capitals, and no figure spells out a longer poly(A) tail

_MARKERS = re.compile(
    r"\(?(?:[Ss]ee\s)?\b(?:[Ff]igures?|[Ff]igs?\.?)?\s*\[REF\][a-z]?\)?|\[CITE\](?:[,;]?\s*\[CITE\])*|"
    r"\((?:[Ss]ee\s)?(?:[Ff]igures?|[Ff]igs?\.?)\s*[^()]{1,20}\)"
)


def words_of(text: str) -> list[str]:
    """The words and numbers of a text in lower case, without the markers and figure numbers that a copy would drop.

    A number is one word, 14.2 and 1,000 too: quoting it is no copying.
    """
    return re.findall(r"\d+(?:[.,]\d+)*|\w+", _MARKERS.sub(" ", text).lower())


def copied_share(text: str, sources: Iterable[str], longest_phrase: int = LONGEST_PHRASE) -> float:
    """Share of the words of `text` that stand in runs copied from one of `sources`.

    A run is copied when it is longer than `longest_phrase` words, or when it is a whole sentence of `text`.
    """
    read = [words_of(source) for source in sources]
    run = longest_phrase + 1
    runs = {gram for words in read for gram in _ngrams(words, run)}
    joined = [f" {' '.join(words)} " for words in read]
    words: list[str] = []
    copied: set[int] = set()  # positions in words
    for start, end in split_sentences(text):
        sentence = words_of(text[start:end])
        if len(sentence) >= LEAST_SENTENCE and any(f" {' '.join(sentence)} " in source for source in joined):
            copied.update(range(len(words), len(words) + len(sentence)))
        words += sentence
    for position, gram in enumerate(_ngrams(words, run)):
        if gram in runs:
            copied.update(range(position, position + run))
    return len(copied) / len(words) if words else 0.0


def common_run(text: str, sources: Iterable[str], length: int) -> str | None:
    """The first run of `length` words that `text` has in common with one of `sources`."""
    runs = {gram for source in sources for gram in _ngrams(words_of(source), length)}
    return next((" ".join(gram) for gram in _ngrams(words_of(text), length) if gram in runs), None)


def repetition(text: str) -> str | None:
    """What a text says over and over: a phrase back to back, a sentence twice, or mostly the same few words."""
    words = re.findall(r"\w+", text.lower())
    for period in range(1, LONGEST_PERIOD + 1):
        loop = _loop(words, period)
        if loop:
            return f"{loop!r} again and again"
    sentences = Counter(tuple(words_of(text[start:end])) for start, end in split_sentences(text))
    for sentence, count in sentences.items():
        if count > 1 and len(sentence) >= LEAST_REPEATED:
            return f"{' '.join(sentence)!r} {count} times"
    grams = list(_ngrams(words, _NGRAM))
    if len(grams) >= _LEAST_NGRAMS and len(set(grams)) < _LEAST_DISTINCT * len(grams):
        return f"{len(set(grams))} different runs of {_NGRAM} words among {len(grams)}"
    stuck = re.search(rf"([^\W\d_A-Z])\1{{19}}|([A-Z])\2{{{_LONGEST_HOMOPOLYMER}}}", text)
    return f"{stuck.group()!r}" if stuck else None


def _loop(words: Sequence[str], period: int) -> str | None:
    length = 0
    for index in range(period, len(words)):
        length = length + 1 if words[index] == words[index - period] else 0
        if length >= max(LEAST_LOOP, LEAST_LOOPS * period):
            return " ".join(words[index - period + 1 : index + 1])
    return None


def _ngrams(words: Sequence[str], length: int) -> Iterator[tuple[str, ...]]:
    return (tuple(words[start : start + length]) for start in range(len(words) - length + 1))
