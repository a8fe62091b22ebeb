"""What an article's markup states for its figures alone."""

import pytest

from s1_assets.extraction.document import Figure
from s1_assets.publishing.rights import OwnRights

CC = "https://creativecommons.org/licenses/"
CC_BY = f'<license xlink:href="{CC}by/4.0/"/>'
GETTY = "<permissions><copyright-statement>© Getty, all rights reserved</copyright-statement></permissions>"
CLOSED = OwnRights("pointer_only", "© Getty, all rights reserved")
CREDIT = "<attrib>Reproduced with permission from Wiley.</attrib>"


def graphic(name: str, inside: str = "") -> str:
    return f'<graphic xlink:href="{name}">{inside}</graphic>'


def fig(inside: str, more: str = "") -> str:
    return f"<fig><label>Figure</label><caption><p>A thing.</p>{more}</caption>{inside}</fig>"


@pytest.fixture
def figures(read_article):
    """Reads the figures of an article under CC BY with this body."""

    def read(body: str) -> tuple[Figure, ...]:
        licence = f"<permissions>{CC_BY}</permissions>"
        inside = f"<front><article-meta>{licence}</article-meta></front><body>{body}</body>"
        return read_article(inside, "a.png", "b.png").figures

    return read


@pytest.mark.parametrize(
    ("permissions", "rights"),
    [
        (GETTY, "pointer_only"),
        ("<permissions><copyright-holder>Wiley</copyright-holder></permissions>", "pointer_only"),
        ("<permissions><license><license-p>Ask us.</license-p></license></permissions>", "pointer_only"),
        (f"<permissions>{CC_BY}</permissions>", "open"),
        (f"<permissions><license><license_ref>{CC}by-nc/4.0/</license_ref></license></permissions>", "noncommercial"),
        (f'<permissions><license xlink:href="{CC}by-nd/4.0/"/></permissions>', "no_derivatives"),
        (
            f"<permissions><copyright-statement>© 2014 Surname et al.</copyright-statement>{CC_BY}</permissions>",
            "open",
        ),
        (
            f"<permissions><copyright-statement>© G. All rights reserved.</copyright-statement>{CC_BY}</permissions>",
            "pointer_only",
        ),
        (CREDIT, "pointer_only"),
        ("<attrib>Reprinted from Ref. 3 under CC BY-NC 4.0.</attrib>", "noncommercial"),
        ("<p><fn><p>Adapted with permission of Elsevier.</p></fn></p>", "pointer_only"),
    ],
)
def test_a_figure_has_the_rights_that_stand_in_it(figures, permissions, rights):
    (figure,) = figures(fig(graphic("a.png") + permissions))
    assert figure.own_rights is not None
    assert figure.own_rights.rights == rights
    assert figure.own_rights.statement


@pytest.mark.parametrize("inside", ["", "<permissions/>", "<attrib>Photo: A. Person.</attrib>"])
def test_a_figure_for_which_nothing_is_stated_has_no_rights_of_its_own(figures, inside):
    (figure,) = figures(fig(graphic("a.png") + inside))
    assert figure.own_rights is None


@pytest.mark.parametrize(
    "body",
    [
        fig(graphic("a.png", GETTY)),
        fig(f"<alternatives>{graphic('a.png')}{graphic('b.png', GETTY)}</alternatives>"),
        fig(graphic("a.png"), GETTY),
        f"<fig-group>{GETTY}{fig(graphic('a.png'))}</fig-group>",
        f"<fig-group><caption><p>All.</p></caption><fig>{graphic('a.png')}{GETTY}</fig></fig-group>",
        f"<boxed-text>{GETTY}<sec>{fig(graphic('a.png'))}</sec></boxed-text>",
    ],
)
def test_what_is_stated_of_a_picture_or_around_it_counts_for_the_figure(figures, body):
    (figure,) = figures(body)
    assert figure.own_rights == CLOSED


def test_a_figure_does_not_take_the_rights_of_the_next_one(figures):
    first, second = figures(f"<fig-group>{fig(graphic('a.png') + GETTY)}{fig(graphic('b.png'))}</fig-group>")
    assert (first.own_rights, second.own_rights) == (CLOSED, None)


def test_the_licence_of_the_article_and_a_footnote_of_the_text_are_not_the_figures_own(read_article):
    abstract = f'<abstract abstract-type="graphical">{fig(graphic("a.png"))}</abstract>'
    licence = f"<permissions>{CC_BY}</permissions>"
    note = "<p>Text.<fn><p>Reprinted with permission of Wiley.</p></fn></p>"
    inside = f"<front><article-meta>{licence}{abstract}</article-meta></front>"
    document = read_article(f"{inside}<body><sec>{note}{fig(graphic('b.png'))}</sec></body>", "a.png", "b.png")
    assert [figure.own_rights for figure in document.figures] == [None, None]


def test_the_narrowest_of_several_statements_counts(figures):
    free = f"<permissions>{CC_BY}</permissions>"
    (figure,) = figures(f"<fig-group>{free}{fig(graphic('a.png') + CREDIT)}</fig-group>")
    assert figure.own_rights == OwnRights("pointer_only", f"Reproduced with permission from Wiley. {CC}by/4.0/")
