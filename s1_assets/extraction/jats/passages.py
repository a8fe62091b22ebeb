"""The running text of an article: its paragraphs that speak of figures, with their sections and references.

Running text is the body. The abstract is context of every figure anyway; captions, tables, notes, boxes and appendices
stand beside the text and are not read.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from s1_assets.context.literal_references import label_key, literal_references
from s1_assets.extraction.document import Anchor, Figure, Passage
from s1_assets.extraction.jats.figures import Target
from s1_assets.extraction.jats.text import Prose, Reference, plain_text
from s1_assets.extraction.jats.xml import Element

_ASIDE = frozenset((
    "fig fig-group table-wrap table-wrap-group supplementary-material media graphic boxed-text fn fn-group ref-list "
    "title caption label object-id"
).split())  # fmt: skip
# What stands inside of paragraphs and is made of paragraphs.
_WITH_PARAGRAPHS = frozenset("list def-list disp-quote statement speech verse-group boxed-text".split())


def read_passages(
    article: Element, figures: Sequence[Figure], targets: Mapping[str, Sequence[Target]]
) -> tuple[Passage, ...]:
    """Paragraphs of the body that cite a figure or name one in words.

    `targets` are the figures and panels that ids point to. A paragraph is what stands between blocks: the items of a
    list inside it are paragraphs of their own.
    """
    return _Reader(figures, targets).read(article)


class _Reader:
    def __init__(self, figures: Sequence[Figure], targets: Mapping[str, Sequence[Target]]) -> None:
        self._targets = targets
        self._labelled: dict[str, list[int]] = defaultdict(list)
        for figure in figures:
            if key := label_key(figure.label or ""):
                self._labelled[key].append(figure.number)
        self._order = 0
        self._passages: list[Passage] = []

    def read(self, article: Element) -> tuple[Passage, ...]:
        for body in article.findall("body"):
            self._read(body, ())
        return tuple(self._passages)

    def _read(self, element: Element, section: tuple[str, ...]) -> None:
        for child in element:
            self._read_block(child, section)

    def _read_block(self, element: Element, section: tuple[str, ...]) -> None:
        if element.tag == "p":
            self._read_paragraph(element, section)
        elif element.tag not in _ASIDE:
            self._read(element, section + _title(element))

    def _read_paragraph(self, paragraph: Element, section: tuple[str, ...]) -> None:
        prose = Prose()
        prose.add(paragraph.text)
        for child in paragraph:
            if child.tag in _WITH_PARAGRAPHS:
                self._add(prose, section)
                self._read_block(child, section)
                prose = Prose()
            else:
                prose.add_element(child)
            prose.add(child.tail)
        self._add(prose, section)

    def _add(self, prose: Prose, section: tuple[str, ...]) -> None:
        text, references = prose.finish()
        if not text:
            return
        anchors = tuple(dict.fromkeys(anchor for reference in references for anchor in self._anchors(text, reference)))
        if anchors or next(literal_references(text), None) is not None:
            self._passages.append(Passage(self._order, " > ".join(section), text, anchors))
        self._order += 1

    def _anchors(self, text: str, reference: Reference) -> list[Anchor]:
        """What a reference cites, with the figures that are only named in it: "Figs. 2–4" may link to 2 and 4."""
        cited = [target for key in reference.ids for target in self._targets.get(key, ())]
        if cited:
            words = text[reference.start : reference.end]
            typed = list(literal_references(words)) or list(literal_references(f"Figs. {words}"))
            named = {number for found in typed for number in self._labelled.get(found.key, ())}
            if len({found.key for found in typed}) > len(reference.ids):
                cited += [(number, None) for number in sorted(named - {number for number, _ in cited})]
        return [Anchor(reference.start, reference.end, number, panel) for number, panel in cited]


def _title(element: Element) -> tuple[str, ...]:
    """The title of a section or another block."""
    title = element.find("title")
    text = plain_text(title) if title is not None else ""
    return (text,) if text else ()
