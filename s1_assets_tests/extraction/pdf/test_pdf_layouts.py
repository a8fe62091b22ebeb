"""Whole papers of random layout: every figure is found where it stands, with its whole caption."""

import random
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from s1_assets_tests.extraction.pdf.drawn_pages import (
    BOLD,
    HEIGHT,
    ITALIC,
    MARGIN,
    ROMAN,
    SANS,
    SANS_BOLD,
    Box,
    DrawnPaper,
    column,
    overlap,
    prose,
)

TOP, BOTTOM = MARGIN, HEIGHT - MARGIN


@dataclass
class Layout:
    """How a paper is set, and what is drawn of it."""

    seed: int
    columns: int
    above: bool
    label: str
    caption_font: str
    label_font: str
    caption_size: float
    kinds: str
    figures: list[tuple[int, str, Box]] = field(default_factory=list)

    def draw(self) -> DrawnPaper:
        paper = DrawnPaper(self.seed)
        chance = random.Random(self.seed)
        whole = column(0, self.columns)[0], column(self.columns - 1, self.columns)[1]
        for page in range(2):
            if page:
                paper.turn_page()
            top = TOP
            if self.columns == 2 and chance.random() < 0.5:
                top = self._figure(paper, chance, whole, top) + 18
            for number in range(self.columns):
                self._column(paper, chance, column(number, self.columns), top)
        return paper

    def _column(self, paper: DrawnPaper, chance: random.Random, sides: tuple[float, float], y: float) -> None:
        left, right = sides
        while y < BOTTOM - 40:
            bottom = min(BOTTOM, y + 12 * chance.randint(4, 16))
            paper.fill(left, y, right, bottom)
            y = bottom + 14
            if BOTTOM - y > 300 and chance.random() < 0.7:
                if right - left > 400 and chance.random() < 0.3:
                    y = self._side_by_side(paper, chance, sides, y) + 16
                else:
                    y = self._figure(paper, chance, sides, y) + 16

    def _side_by_side(self, paper: DrawnPaper, chance: random.Random, sides: tuple[float, float], y: float) -> float:
        left, right = sides
        middle, height = (left + right) / 2, chance.uniform(80, 160)
        halves = ((left, middle - 10), (middle + 10, right))
        return max(self._figure(paper, chance, half, y, height) for half in halves)

    def _figure(
        self, paper: DrawnPaper, chance: random.Random, sides: tuple[float, float], y: float, height: float = 0.0
    ) -> float:
        left, right = sides
        width = (right - left) * chance.uniform(0.6, 1)
        height = height or chance.uniform(80, 200)
        x = left + (right - left - width) / 2
        text = prose(chance.randint(20, 300), chance.randrange(1 << 30))
        label = self.label.format(len(self.figures) + 1)
        gap = chance.uniform(6, 12)
        set_as = {"font": self.caption_font, "label_font": self.label_font, "size": self.caption_size}
        if self.above:
            y = paper.caption((left, y, right, 0), label, text, **set_as) + gap
        box = (x, y, x + width, y + height)
        draw = paper.photograph if chance.choice(self.kinds) == "p" else paper.chart
        draw(box)
        y += height
        if not self.above:
            y = paper.caption((left, y + gap, right, 0), label, text, **set_as)
        self.figures.append((paper.document.page_count, text, box))
        return y


layouts = st.builds(
    Layout,
    seed=st.integers(0, 1 << 20),
    columns=st.sampled_from([1, 2]),
    above=st.booleans(),
    label=st.sampled_from(["Figure {}.", "Fig. {}:", "FIG. {}.", "Figure {} |", "Scheme {}."]),
    caption_font=st.sampled_from([ROMAN, SANS, ITALIC]),
    label_font=st.sampled_from([BOLD, SANS_BOLD, ROMAN]),
    caption_size=st.sampled_from([8.0, 9.0, 10.0]),
    kinds=st.sampled_from(["p", "c", "pc"]),
)


@given(layouts)
@settings(max_examples=20, deadline=None)
def test_every_figure_of_a_paper_is_found_with_its_whole_caption(layout):
    document = layout.draw().read()
    found = {
        (graphic.options["page"], figure.caption): graphic.bbox
        for figure in document.figures
        for graphic in figure.graphics
    }
    drawn = {(str(page), caption): box for page, caption, box in layout.figures}
    assert found.keys() == drawn.keys()
    assert {key: (found[key], box) for key, box in drawn.items() if overlap(found[key], box) < 0.8} == {}
