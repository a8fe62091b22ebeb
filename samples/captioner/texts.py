"""The words around a drawn chart: a paper to read it in, the question as the platform asks it, and the right answer."""

import json
from dataclasses import dataclass
from functools import cache

import numpy as np

from resources.captioners.tokenizer import IMAGE
from resources.captioners.tokenizer import messages as as_messages
from s1_assets.captioning.engine import Chat
from s1_assets.captioning.prompt import Prompt
from s1_assets.captioning.prompts import load_prompt
from s1_assets.captioning.readable import readable_sentence
from s1_assets.captioning.request import CaptionRequest, Mention
from samples.captioner.chart import Chart
from samples.captioner.papers import paper_texts
from samples.captioner.words import AXIS_WORDS, NOUNS, UNITS, clause, coined, noun_phrase, paragraph, pick

Message = dict[str, object]

PROMPT = "brief"  # the platform's prompt for small models
ROOM = 900  # more than that prompt's budgets together
MENTIONS_ROOM = 500  # characters of a figure's mentions, within that prompt's budget
_LEADING = frozenset("a an the of in on at to from by for with under over and or each every this our".split())
CLAUSE_WORDS = 11  # the longest quotation that the platform still takes for a paraphrase is one longer

MARKS = {
    "line chart": "line",
    "bar chart": "row of bars",
    "scatter plot": "cloud of points",
    "histogram": "outline of the counts",
    "heat map": "depth of the shade",
}
MOTIONS = {
    "rises": "rises from left to right",
    "falls": "falls from left to right",
    "stays flat": "stays flat from left to right",
    "peaks": "peaks near the middle",
    "dips": "dips near the middle",
    "oscillates": "oscillates from left to right",
}


@dataclass(frozen=True)
class Figure:
    """A drawn chart as a paper would hold it; `said` is what the answer repeats of the paper's text, or empty."""

    chart: Chart
    title: str
    abstract: str
    label: str
    panel: str
    caption: str
    subcaption: str
    section: str
    mentions: tuple[str, ...]
    figure_text: tuple[str, ...]
    said: str

    @property
    def axes_known(self) -> bool:
        """Whether the words at the axes stand in the text, where a model can read them."""
        return bool(self.chart.trends) and (bool(self.figure_text) or self.chart.x_word in self.caption)


def random_figure(chart: Chart, rng: np.random.Generator, length: float) -> Figure:
    """A paper around the chart; `length` from 0 (a few words) to 1 (all that the prompt has room for) is how much."""
    label = f"{pick(rng, ('Figure', 'Figure', 'Fig.', 'FIG.', 'Scheme'))} {rng.integers(1, 13)}"
    panel = pick(rng, "abcdef") if rng.random() < 0.2 else ""
    cited, said = ("", "") if rng.random() < 0.2 else _mention(chart, label, rng)
    more = int(rng.integers(0, 1 + round(8 * length))) if cited else 0
    with_words = bool(chart.trends) and rng.random() < 0.35
    caption, subcaption = _captions(chart, panel, rng, length)
    return Figure(
        chart=chart,
        title=(clause(rng) if rng.random() < 0.7 else pick(rng, paper_texts().titles)) * (rng.random() < 0.9),
        abstract=_prose(rng, int(rng.integers(0, 2 + round(10 * length)))),
        label=label * (rng.random() < 0.9),
        panel=panel,
        caption=caption,
        subcaption=subcaption,
        section=pick(rng, ("", "", "Results", "Introduction", "Methods", f"{rng.integers(1, 9)} {clause(rng)}")),
        mentions=_mentions(cited, more, rng) if cited else (),
        figure_text=_axis_texts(chart, rng) if with_words else (),
        said=said,
    )


def _prose(rng: np.random.Generator, sentences: int) -> str:
    """Sentences of no importance: made up, of the sample papers, or the debris that texts of papers are full of."""
    kind = rng.random()
    if kind < 0.6:
        return paragraph(rng, sentences)
    if kind < 0.85:
        return " ".join(pick(rng, paper_texts().sentences) for _ in range(sentences))
    return " ".join(_debris(rng) for _ in range(sentences))


def _debris(rng: np.random.Generator) -> str:
    """Names, numbers, formulas and letters of other scripts, as they come out of archives."""
    pieces = (
        lambda: coined(rng),
        lambda: f"{rng.normal(0, 100):.{rng.integers(0, 4)}f}",
        lambda: pick(rng, UNITS),
        lambda: rf"$\{coined(rng).lower()}_{{{coined(rng)}}}^{rng.integers(10)}$",
        lambda: "".join(map(chr, rng.integers(0x00C0, 0x0450, int(rng.integers(1, 8))))),
        lambda: pick(rng, ("(", ")", ";", "=", "~", "±", "→", "[CITE]", "[REF]", "et al.", "i.e.", "https://", "—")),
        lambda: coined(rng).upper()[: int(rng.integers(2, 6))],
    )
    return " ".join(pieces[int(rng.integers(len(pieces)))]() for _ in range(rng.integers(3, 18))) + "."


def _mention(chart: Chart, label: str, rng: np.random.Generator) -> tuple[str, str]:
    """A sentence that cites the figure, and what the answer repeats of it."""
    if rng.random() < 0.25:
        cited = pick(rng, paper_texts().sentences)
        return cited, first_clause(readable_sentence(cited, label) or "")
    claim = clause(rng, f"the {chart.y_word}" if rng.random() < 0.4 else "", most_links=1 if rng.random() < 0.8 else 3)
    name = pick(rng, (label, "Figure [REF]", "Fig. [REF]", "[REF]", f"{label}a", "Fig. [REF](b)"))
    lead = pick(
        rng,
        (
            f"As {name} shows, ",
            f"{name} shows that ",
            f"As can be seen in {name}, ",
            f"It is clear from {name} that ",
            f"In {name}, ",
            f"We see in {name} that ",
            f"From {name} we conclude that ",
            f"{name} makes plain that ",
            "",
        ),
    )
    tail = pick(rng, ("", "", "", f", {clause(rng)}", f"; {clause(rng)}", f", which {clause(rng)}"))
    if not lead:
        claim, tail = claim[0].upper() + claim[1:], f" ({name}){tail}"
    return lead + claim + tail + ".", first_clause(claim)


def _mentions(first: str, more: int, rng: np.random.Generator) -> tuple[str, ...]:
    """The sentence that is repeated and others below it, few enough that the prompt drops none."""
    texts = [first]
    for _ in range(more):
        another = _prose(rng, 1)
        if sum(map(len, texts)) + len(another) > MENTIONS_ROOM:
            break
        texts.append(another)
    return tuple(texts)


def first_clause(text: str) -> str:
    """The beginning of a text up to a comma, colon or stop behind its third word, at most CLAUSE_WORDS words.

    It does not end with a word that leads to the next one.
    """
    words = text.split()[:CLAUSE_WORDS]
    ends = (number for number, word in enumerate(words, 1) if number > 2 and word[-1] in ",;:.")
    words = words[: next(ends, len(words))]
    while words and words[-1] in _LEADING:
        words.pop()
    return " ".join(words).rstrip(",;:.")


def _captions(chart: Chart, panel: str, rng: np.random.Generator, length: float) -> tuple[str, str]:
    """Raw caption and subcaption, which may name the axes but never say kind, colour or trend."""
    if rng.random() < 0.07:
        return "", ""
    about = _about(chart, rng)
    more = " ".join(_prose(rng, 1) for _ in range(rng.integers(0, 2 + round(3 * length))) if rng.random() < 0.5)
    if not panel:
        start = about if rng.random() < 0.75 else pick(rng, paper_texts().captions)
        return f"{start} {more}".strip(), ""
    parts = {letter: about if letter == panel else noun_phrase(rng) + "." for letter in sorted({*"ab", panel})}
    together = " ".join(f"({letter}) {text}" for letter, text in parts.items())
    return f"{_about(chart, rng)} {together} {more}".strip(), about if rng.random() < 0.7 else ""


def _about(chart: Chart, rng: np.random.Generator) -> str:
    x, y = chart.x_word, chart.y_word
    if chart.trends and rng.random() < 0.75:
        about = pick(rng, (f"{y} as a function of {x}", f"{y} against {x}", f"{y} over {x}", f"{y} and {x}"))
    else:
        about = noun_phrase(rng)
    about += f" {pick(rng, ('of', 'for', 'in'))} {noun_phrase(rng)}" * (rng.random() < 0.7)
    return about[0].upper() + about[1:] + "."


def _axis_texts(chart: Chart, rng: np.random.Generator) -> tuple[str, ...]:
    """The words of a vector figure: numbers at the ticks, at times names of a legend, then the words at the axes."""
    step, capital = float(pick(rng, ("0.2", "1", "5", "20"))), rng.random() < 0.5
    ticks = [f"{step * number:g}" for number in range(rng.integers(0, 9))]
    legend = [pick(rng, NOUNS) for _ in range(rng.integers(0, 4))] if rng.random() < 0.3 else []
    axes = [word.capitalize() if capital else word for word in (chart.x_word, chart.y_word)]
    return (*ticks, *legend, *(f"{word} ({pick(rng, UNITS)})" if rng.random() < 0.3 else word for word in axes))


def visual(figure: Figure) -> str:
    """What the picture shows."""
    chart, colours = figure.chart, _joined(figure.chart.colours)
    if chart.kind == "pie chart":
        return (
            f"This is a pie chart in {colours}, the colour of its largest slice. "
            "Smaller slices in other colours fill the rest of the disc, which has no axes."
        )
    if chart.kind == "micrograph":
        ground = "bright" if chart.flipped else "dark"
        return (
            f"This is a micrograph in {colours}, the colour of the bodies in it. "
            f"They are round or oval, and they lie scattered over a {ground} background without axes."
        )
    if chart.kind == "diagram":
        way = "from top to bottom" if chart.flipped else "from left to right"
        return (
            f"This is a diagram in {colours}, the colour of its boxes. "
            f"Each box holds a word, and arrows lead {way} between them; there are no axes."
        )
    marks = ("Each " if len(chart.colours) > 1 else "The ") + MARKS[chart.kind]
    moves = [MOTIONS[trend] for trend in chart.trends]
    if len(moves) == 1:
        trend = f"{marks} {moves[0]}."
    else:
        trend = f"{marks} {moves[0]} in the left panel and {moves[1]} in the right panel."
    return f"This is a {chart.kind} in {colours} with {_panels(chart)}. {trend} {_axes(figure)}"


def _panels(chart: Chart) -> str:
    return "one panel" if len(chart.trends) == 1 else "two panels"


def _axes(figure: Figure) -> str:
    if figure.axes_known:
        return f"Its horizontal axis is about {figure.chart.x_word}, its vertical axis about {figure.chart.y_word}."
    return "What its two axes measure cannot be read from the picture at this size."


def _joined(words: tuple[str, ...]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + f" and {words[-1]}"


def contextual(figure: Figure) -> str:
    """What the paper says of the picture, in words of the paper."""
    if figure.said:
        return f"The paper says of it: {figure.said}."
    if first_clause(figure.caption):
        return f"The paper only calls it: {first_clause(figure.caption)}."
    return "The paper says nothing about it beyond its title."


def answer(figure: Figure) -> str:
    """The right answer: JSON with the keys visual and contextual."""
    return json.dumps({"visual": visual(figure), "contextual": contextual(figure)}, ensure_ascii=False)


class _Characters:
    """Stands for a tokenizer where none is at hand; no text of ours holds a control token."""

    control: frozenset[str] = frozenset()

    def count(self, text: str) -> int:
        """About the tokens of a text."""
        return len(text) // 4


@cache
def _prompt() -> Prompt:
    return load_prompt(PROMPT)


def messages(figure: Figure) -> list[Message]:
    """The question as the platform puts it to a small model."""
    return as_messages(_chat(figure), IMAGE)


def _chat(figure: Figure) -> Chat:
    request = CaptionRequest(
        pair_id="",
        paper_id="",
        image=b"",
        image_format="png",
        image_sha256="",
        title=figure.title,
        abstract=figure.abstract,
        label=figure.label or None,
        panel=figure.panel or None,
        caption=figure.caption,
        subcaption=figure.subcaption or None,
        mentions=tuple(Mention(text, figure.section, order) for order, text in enumerate(figure.mentions)),
        figure_text=figure.figure_text,
    )
    return _prompt().write(request, _Characters(), ROOM).chat


# The question of a step that only trains the eye.
BARE_QUESTION: list[Message] = as_messages(Chat("", "", b"", "png", ""), IMAGE)


def brief_messages(figure: Figure) -> list[Message]:
    """The question of a step that trains to copy: the picture, and what the paper says right below it."""
    said = "\n".join([figure.caption, *figure.mentions[:1], " ".join(figure.figure_text)])
    return as_messages(Chat("", "", b"", "png", said), IMAGE)


def corpus(rng: np.random.Generator, figures: int) -> list[str]:
    """Texts in the words of questions and answers, for the tokenizer."""
    from samples.captioner.chart import random_chart

    texts = []
    for number in range(figures):
        figure = random_figure(random_chart(rng), rng, 0.1)
        texts += [answer(figure), figure.title, figure.abstract, figure.caption, *figure.mentions]
        if number < 100:
            chat = _chat(figure)
            texts += [chat.system, chat.shared, chat.own]
    texts += [" ".join([*AXIS_WORDS, *NOUNS]).title(), " ".join(coined(rng) for _ in range(figures))]
    return texts
