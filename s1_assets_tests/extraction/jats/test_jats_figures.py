"""Which elements are figures, with their labels, captions and pictures, and what becomes of the rest."""

import pytest

from s1_assets.extraction.document import Document, Graphic
from s1_assets.rejects import Reason, Reject


def graphic(name: str, **attributes: str) -> str:
    more = "".join(f' {key.replace("_", "-")}="{value}"' for key, value in attributes.items())
    return f'<graphic xlink:href="{name}"{more}/>'


def fig(key: str, inside: str, label: str = "", caption: str = "") -> str:
    label = f"<label>{label}</label>" if label else ""
    caption = f"<caption><p>{caption}</p></caption>" if caption else ""
    return f'<fig id="{key}">{label}{caption}{inside}</fig>'


def shown(document: Document) -> list[tuple[str | None, str, list[str]]]:
    return [(f.label, f.caption, [g.file for g in f.graphics]) for f in document.figures]


def told(document: Document) -> list[tuple[str, int | None, str | None]]:
    return [(str(reject.reason), reject.figure, reject.source_file) for reject in document.rejects]


def test_a_figure_has_its_label_caption_file_and_id(read_body):
    document = read_body(fig("f1", graphic("a.png"), "Figure 1.", "A thing."), "a.png")
    (figure,) = document.figures
    assert (figure.number, figure.label, figure.caption, figure.anchors) == (1, "Figure 1", "A thing.", ("f1",))
    assert figure.graphics == (Graphic("a.png"),)
    assert document.rejects == ()


CAPTIONS = {
    "<title>Title.</title><p>One.</p><p>Two.</p>": "Title. One. Two.",
    "<p>Made of<list><list-item><p>a,</p></list-item><list-item><p>b.</p></list-item></list></p>": "Made of a, b.",
    "<p>Own.<fig><caption><p>Nested.</p></caption></fig></p>": "Own.",
    "<p>Own.</p><p><supplementary-material><label>Data 1</label><caption><p>Table.</p></caption><media/>"
    "</supplementary-material></p>": "Own.",
    "<object-id>10.1/x</object-id><p>Own.</p><permissions><license><p>Free.</p></license></permissions>": "Own.",
    "<p>With <xref ref-type='bibr' rid='r'>[3]</xref> and <xref ref-type='fig' rid='g'>Fig. 2</xref>.</p>": (
        "With [CITE] and Fig. 2."
    ),
    "Bare words.": "Bare words.",
}


@pytest.mark.parametrize(("caption", "text"), CAPTIONS.items())
def test_a_caption_is_what_its_titles_and_paragraphs_say(read_body, caption, text):
    document = read_body(f"<fig><label>Figure 1</label><caption>{caption}</caption>{graphic('a.png')}</fig>", "a.png")
    assert document.figures[0].caption == text


def test_of_captions_in_several_languages_the_english_one_is_read(read_body):
    captions = '<caption xml:lang="pt"><p>Um.</p></caption><caption xml:lang="en-GB"><p>One.</p></caption>'
    assert read_body(f"<fig>{captions}{graphic('a.png')}</fig>", "a.png").figures[0].caption == "One."


def test_figures_count_in_the_order_of_the_document_wherever_they_stand(read_article):
    def simple(name: str) -> str:
        return fig(name, graphic(f"{name}.png"), name, name)

    document = read_article(
        f"<front><article-meta><abstract>{simple('abstract')}</abstract></article-meta></front>"
        f"<body><p>Text {simple('paragraph')} goes on.</p><sec>{simple('section')}"
        f"<boxed-text>{simple('box')}</boxed-text></sec></body><back><app-group><app>{simple('appendix')}</app></app-group></back>"
        f"<floats-group>{simple('floating')}</floats-group>"
    )
    places = ["abstract", "paragraph", "section", "box", "appendix", "floating"]
    assert [(figure.number, figure.label) for figure in document.figures] == list(enumerate(places, 1))


def test_alternatives_are_one_picture_shown_by_its_best_file(read_body):
    forms = graphic("a.gif", specific_use="thumbnail") + graphic("a.jpg") + graphic("print.tif")
    body = fig("f", f"<alternatives>{forms}</alternatives>", "Figure 1", "c")
    assert shown(read_body(body, "a.gif", "a.jpg", "print.tif"))[0][2] == ["print.tif"]
    assert shown(read_body(body, "a.gif", "a.jpg"))[0][2] == ["a.jpg"]
    assert shown(read_body(body, "a.gif"))[0][2] == ["a.gif"]


def test_files_of_one_stem_are_one_picture_and_previews_are_none(read_body):
    forms = graphic("a.gif") + graphic("a.tif") + graphic("s.jpg", content_type="thumb") + graphic("b.jpg")
    files = ("a.gif", "a.tif", "s.jpg", "b.jpg")
    assert shown(read_body(fig("f", forms, "Figure 1", "c"), *files))[0][2] == ["a.tif", "b.jpg"]


def test_several_pictures_are_panels_with_captions_and_ids_of_their_own(read_body):
    panels = '<graphic id="left" xlink:href="a.png"><caption><p>Left.</p></caption></graphic>' + graphic(
        "b.png", id="right"
    )
    document = read_body(
        fig("f", panels, "Figure 1", "Both.") + '<p>See <xref rid="right">this</xref>.</p>', "a.png", "b.png"
    )
    assert document.figures[0].graphics == (
        Graphic("a.png", subcaption="Left.", anchors=("left",)),
        Graphic("b.png", anchors=("right",)),
    )
    assert [(anchor.figure, anchor.panel) for anchor in document.passages[0].anchors] == [(1, "b")]


def test_a_group_with_the_caption_is_the_figure_and_its_members_are_panels(read_body):
    members = fig("a", graphic("a.png"), "A") + fig("b", graphic("b.png"), "B")
    body = f"<fig-group id='g'><label>Scheme 1.</label><caption><p>Both.</p></caption>{members}</fig-group>"
    document = read_body(body + '<p><xref rid="g">One</xref> and <xref rid="b">other</xref>.</p>', "a.png", "b.png")
    assert shown(document) == [("Scheme 1", "Both.", ["a.png", "b.png"])]
    assert [(anchor.figure, anchor.panel) for anchor in document.passages[0].anchors] == [(1, None), (1, "b")]


def test_members_of_a_group_with_captions_are_figures_named_after_the_group(read_body):
    members = fig("a", graphic("a.png"), "(A)", "One.") + fig("b", graphic("b.png"), "(B)", "Two.")
    body = f"<fig-group id='g'><label>Scheme 1.</label><caption><p>Both.</p></caption>{members}</fig-group>"
    document = read_body(body + '<p>See <xref rid="g">Scheme 1</xref>.</p>', "a.png", "b.png")
    assert shown(document) == [("Scheme 1A", "One.", ["a.png"]), ("Scheme 1B", "Two.", ["b.png"])]
    assert [anchor.figure for anchor in document.passages[0].anchors] == [1, 2]
    own = "the caption of a group whose figures have captions of their own: Both."
    assert document.rejects == (Reject(Reason.NO_GRAPHIC, own, 1),)


def test_a_figure_supplement_is_a_figure_whether_beside_or_inside_its_parent(read_body):
    child = fig("s", graphic("s.png"), "Figure 1—figure supplement 1", "Child.")
    expected = [("Figure 1", "Parent.", ["p.png"]), ("Figure 1—figure supplement 1", "Child.", ["s.png"])]
    nested = fig("f", graphic("p.png") + f"<p>{child}</p>", "Figure 1", "Parent.")
    grouped = f"<fig-group>{fig('f', graphic('p.png'), 'Figure 1', 'Parent.')}{child}</fig-group>"
    for body in (nested, grouped):
        assert shown(read_body(body, "p.png", "s.png")) == expected


def test_a_nested_figure_without_a_caption_is_a_panel(read_body):
    body = fig("f", fig("a", graphic("a.png"), "A") + fig("b", graphic("b.png"), "B"), "Figure 1", "Both.")
    document = read_body(body + '<p>See <xref rid="a">A</xref>.</p>', "a.png", "b.png")
    assert shown(document) == [("Figure 1", "Both.", ["a.png", "b.png"])]
    assert [(anchor.figure, anchor.panel) for anchor in document.passages[0].anchors] == [(1, "a")]


def test_one_file_may_show_two_figures(read_body):
    body = fig("f", graphic("a.png"), "Figure 1", "One.") + fig("g", graphic("a.png"), "Figure 2", "Two.")
    assert [files for _, _, files in shown(read_body(body, "a.png"))] == [["a.png"], ["a.png"]]


def test_a_figure_keeps_its_place_when_its_file_or_its_graphic_is_missing(read_body):
    body = fig("f", graphic("gone.tif"), "Figure 1", "One.") + fig("g", "", "Figure 2", "Two.")
    document = read_body(body)
    assert shown(document) == [("Figure 1", "One.", ["gone.tif"]), ("Figure 2", "Two.", [])]
    assert told(document) == [("no_graphic", 2, None)]


def test_a_picture_given_as_media_is_shown_and_a_video_is_not(read_body):
    picture = '<media mimetype="image" mime-subtype="jpeg" xlink:href="a.jpg"/>'
    video = '<media mimetype="video" mime-subtype="gif" xlink:href="v.gif"><label>Video 1</label></media>'
    document = read_body(fig("f", picture, "Figure 1", "c") + video, "a.jpg", "v.gif")
    assert shown(document) == [("Figure 1", "c", ["a.jpg"])]
    assert told(document) == [("not_a_figure", None, "v.gif")]


OTHERS = {
    "<table-wrap>{}</table-wrap>": "not_a_figure",
    "<table-wrap><table><tr><td>{}</td></tr></table></table-wrap>": "not_a_figure",
    "<chem-struct-wrap>{}</chem-struct-wrap>": "not_a_figure",
    "<bio><p>{}</p></bio>": "not_a_figure",
    "<bio><fig><caption><p>The author.</p></caption>{}</fig></bio>": "not_a_figure",
    "<ack><p>{}</p></ack>": "not_a_figure",
    "<supplementary-material>{}</supplementary-material>": "not_typeset",
    "<p>{}</p>": "no_caption",
    "<boxed-text><p>{}</p></boxed-text>": "no_caption",
    "<fig>{}</fig>": "no_caption",
    "<disp-formula>{}</disp-formula>": None,
    "<inline-formula><alternatives>{}</alternatives></inline-formula>": None,
    "<fig id='f'><label>Figure 1</label><caption><p>With {}.</p></caption></fig>": "no_graphic",
}


@pytest.mark.parametrize(("place", "reason"), OTHERS.items())
def test_a_picture_that_is_no_figure_leaves_a_reject_unless_it_is_a_formula(read_body, place, reason):
    document = read_body(place.format(graphic("a.png")), "a.png")
    assert [row[0] for row in told(document)] == ([reason] if reason else [])
    assert not any(figure.graphics for figure in document.figures)


def test_icons_and_licence_marks_are_not_told_of(read_article):
    document = read_article(
        f"<front><journal-meta>{graphic('logo.png')}</journal-meta><article-meta><permissions><license><license-p>"
        f"{graphic('cc.png')}</license-p></license></permissions></article-meta></front>"
        "<body><p>See <inline-graphic xlink:href='icon.gif'/>.</p></body>"
    )
    assert document.rejects == ()


def test_supplementary_files_that_are_no_pictures_are_not_told_of(read_body):
    media = '<media xlink:href="{}"/>'
    body = f"<supplementary-material>{media.format('a.xlsx')}{media.format('s001.tif')}</supplementary-material>"
    assert told(read_body(body, "a.xlsx", "s001.tif")) == [("not_typeset", None, "s001.tif")]


@pytest.mark.parametrize("letters", ["<sub-article article-type='reply'>{}</sub-article>", "<response>{}</response>"])
def test_figures_of_letters_beside_the_article_are_rejects(read_article, letters):
    inside = fig("f1", graphic("r.png"), "Answer 1", "c") + f"<disp-formula>{graphic('e.gif')}</disp-formula>"
    own = fig("f1", graphic("a.png"), "Figure 1", "Own.")
    document = read_article(
        f"<body>{own}</body>" + letters.format(f"<body><p>See Figure 1 <xref rid='f1'/>.</p>{inside}</body>"),
        "r.png",
        "a.png",
    )
    assert shown(document) == [("Figure 1", "Own.", ["a.png"])]
    assert told(document) == [("not_a_figure", None, "r.png")]
    assert document.passages == ()


def test_a_figure_without_caption_and_label_counts_if_something_refers_to_it(read_body):
    body = (
        f"<fig id='f'>{graphic('a.png')}</fig><fig id='g'>{graphic('b.png')}</fig><p>See <xref rid='f'>it</xref>.</p>"
    )
    document = read_body(body, "a.png", "b.png")
    assert shown(document) == [(None, "", ["a.png"])]
    assert told(document) == [("no_caption", None, "b.png")]


def test_a_graphical_abstract_is_a_figure_without_needing_a_caption(read_article):
    inside = (
        f"<abstract abstract-type='graphical'><title>Graphical abstract</title><fig>{graphic('a.png')}</fig></abstract>"
    )
    document = read_article(f"<front><article-meta>{inside}</article-meta></front>", "a.png")
    assert shown(document) == [("Graphical abstract", "", ["a.png"])]


SUPPLEMENTS = {
    "<supplementary-material>{}</supplementary-material>": "Supplementary Figure 1",
    "<sec sec-type='supplementary-material'>{}</sec>": "Supplementary Figure 1",
    "<app>{}</app>": "Figure 1",
}


@pytest.mark.parametrize(("place", "label"), SUPPLEMENTS.items())
def test_supplementary_figures_are_kept_and_say_so_in_their_label(read_body, place, label):
    for printed, expected in (
        ("Figure 1.", label),
        ("Figure S1.", "Figure S1"),
        ("Extended Data Fig. 1 |", "Extended Data Fig. 1"),
    ):
        assert shown(read_body(place.format(fig("f", graphic("a.png"), printed, "c"))))[0][0] == expected


def test_a_group_that_refers_to_everything_points_to_no_more_than_a_group_may(read_body):
    members = "".join(fig(f"f{n}", graphic("a.png"), f"Figure {n}", "c") for n in range(40))
    document = read_body(f"<fig-group id='g'>{members}</fig-group><p>See <xref rid='g'>all</xref>.</p>", "a.png")
    assert len(document.figures) == 40
    assert len(document.passages[0].anchors) == 26
