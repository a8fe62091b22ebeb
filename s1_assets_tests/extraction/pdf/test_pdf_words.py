"""Hyphens at the ends of lines: those of a line break go, those of a word stay."""

import pytest

from s1_assets.extraction.pdf.words import Words


@pytest.mark.parametrize(
    ("lines", "elsewhere", "text"),
    [
        (["an exam-", "ple"], "", "an example"),
        (["a well-", "known case"], "It is well-known.", "a well-known case"),
        (["a well-known", "case"], "", "a well-known case"),
        (["co-", "operation"], "cooperation and co-operation and cooperation", "cooperation"),
        (["Navier-", "Stokes"], "", "Navier-Stokes"),
        (["state-of-the-", "art"], "a state-of-the-art gauge", "state-of-the-art"),
        (["pages 10-", "20"], "", "pages 10- 20"),
        (["input/", "output"], "", "input/output"),
        (["Größen-", "ordnung"], "", "Größenordnung"),
        (["one", "two"], "", "one two"),
        ([], "", ""),
    ],
)
def test_lines_become_one_text(lines, elsewhere, text):
    assert Words([*lines, elsewhere]).joined(lines) == text
