"""The report's charts: they say their numbers, and what was not measured is no empty chart."""

import base64
import re
from xml.etree import ElementTree

import numpy as np
import pytest

from s1_assets.quality.report.distributions import Histogram
from s1_assets.quality.report.drawing import svg_uri
from s1_assets.quality.report.numbers import Numbers
from s1_assets.quality.report.plots import plots
from s1_assets.quality.summary import summarise
from s1_assets_tests.quality.report.made_up_lake import MAY, metrics_row


def numbers_of(rows):
    numbers = Numbers((MAY,))
    numbers.distributions.add(rows)
    numbers.summary = summarise(rows)
    return numbers


def by_title(rows):
    return {plot.title: plot for plot in plots(numbers_of(rows))}


SCORES = {"clip_raw": 0.25, "clip_recaption": 0.3, "pppl_raw": 100.0, "pppl_recaption": 10.0}


def test_what_was_not_measured_says_what_to_set_and_draws_nothing():
    found = by_title([metrics_row("a#1")])
    assert "not measured: set S1_CLIP_WEIGHTS" in found["CLIP score, rewritten minus raw"].caption
    assert "not measured: set S1_CLIP_WEIGHTS" in found["CLIP score, raw against rewritten"].caption
    assert "not measured: set S1_PPPL_MODEL" in found["Pseudo-perplexity"].caption
    assert [plot.title for plot in found.values() if plot.figure] == ["Caption length"]


def test_each_chart_says_its_numbers_in_words():
    found = by_title([metrics_row("a#1", **SCORES), metrics_row("a#2", **SCORES), metrics_row("a#3")])
    assert "Raw 60 ± 0, rewritten 600 ± 0 characters" in found["Caption length"].alt
    assert "Mean 0.250 → 0.300 (+20.0%) over 2 pairs; better in 100%" in found["CLIP score, rewritten minus raw"].alt
    assert "raw 2.00 ± 0.00, rewritten 1.00 ± 0.00" in found["Pseudo-perplexity"].alt


def test_a_chart_is_an_svg_in_the_ink_of_its_page_with_its_words_as_text():
    figure = by_title([metrics_row("a#1", **SCORES)])["Pseudo-perplexity"].figure
    drawing = base64.b64decode(svg_uri(figure).partition(",")[2]).decode()
    words = "".join(ElementTree.fromstring(drawing).itertext())
    assert "pseudo-perplexity" in words
    assert "currentColor" in drawing
    assert not re.search(r"#33363b(?!})", drawing)


@pytest.mark.parametrize("value", [-1.0, 0.0, 0.999, 5.0, 99.0])
def test_a_value_outside_counts_in_the_end_bins_and_a_missing_one_does_not(value):
    histogram = Histogram(0, 5, 10)
    histogram.add(np.array([value, np.nan]))
    assert histogram.total == 1
    assert histogram.counts[int(min(max(value, 0), 4.99) / 0.5)] == 1
