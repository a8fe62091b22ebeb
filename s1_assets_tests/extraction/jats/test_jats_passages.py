"""Paragraphs that speak of figures: text, section, order, and where the references point."""

import pytest

FIGURES = "".join(
    f'<fig id="f{n}"><label>Fig. {n}.</label><caption><p>c</p></caption><graphic xlink:href="{n}.png"/></fig>'
    for n in range(1, 6)
)


@pytest.fixture
def passages(read_body):
    """Passages of a body that follows the figures f1 to f5."""

    def read(body: str):
        return read_body(FIGURES + body).passages

    return read


def ref(rid: str, words: str, kind: str = "fig") -> str:
    return f'<xref ref-type="{kind}" rid="{rid}">{words}</xref>'


REFERENCES = {
    f"see {ref('f1', 'Figure 1')}": [("Figure 1", 1)],
    f"see {ref('f3', 'Fig. 3B')}": [("Fig. 3B", 3)],
    f"see Figs. {ref('f1', '1')}a and {ref('f2', '2')}": [("1", 1), ("2", 2)],
    f"see {ref('f1 f2', 'Figs 1 and 2')}": [("Figs 1 and 2", 1), ("Figs 1 and 2", 2)],
    f"see {ref('f2 f4', 'Figs. 2–4')}": [("Figs. 2–4", n) for n in (2, 4, 3)],
    f"see Figs. {ref('f2', '2-4')}": [("2-4", n) for n in (2, 3, 4)],
    f"see {ref('f2', 'Fig. 2A-2C')}": [("Fig. 2A-2C", 2)],
    f"see {ref('f1', 'this one', 'other')}": [("this one", 1)],
    f"see <bold>({ref('f1', '<italic>Fig.</italic> 1')})</bold>": [("Fig. 1", 1)],
    f"by the author's slip {ref('f1', 'Figure 2')}": [("Figure 2", 1)],
    f"see {ref('f9', 'Fig. 9')} and {ref('f1', 'Fig. 1')}": [("Fig. 1", 1)],
    f"{ref('t1', 'Table 1', 'table')} and {ref('f1', 'Fig. 1')}": [("Fig. 1", 1)],
}


@pytest.mark.parametrize(("text", "expected"), REFERENCES.items())
def test_references_point_to_figures(passages, text, expected):
    (passage,) = passages(f"<p>{text}</p>")
    assert [(passage.text[a.start : a.end], a.figure) for a in passage.anchors] == expected


def test_figures_named_in_words_are_kept_for_the_context_stage(passages):
    body = "<p>As Figure 2 shows.</p><p>Nothing here.</p><p>See Table 2.</p><p>In Figs. 1–3.</p>"
    assert [passage.text for passage in passages(body)] == ["As Figure 2 shows.", "In Figs. 1–3."]


def test_passages_know_their_section_and_order(passages):
    see = ref("f1", "Fig. 1")
    body = f"""<p>First {see}.</p><sec><title>Results</title><p>Nothing.</p><p>Second {see}.</p>
    <sec><label>2.1</label><title>On <italic>x</italic></title><p>Third {see}.</p></sec>
    <sec><p>Fourth {see}.</p></sec></sec>"""
    assert [(p.order, p.section, p.text) for p in passages(body)] == [
        (0, "", "First Fig. 1."),
        (2, "Results", "Second Fig. 1."),
        (3, "Results > On x", "Third Fig. 1."),
        (4, "Results", "Fourth Fig. 1."),
    ]


def test_a_float_or_a_formula_does_not_end_a_paragraph_and_a_list_does(passages):
    see = ref("f1", "Fig. 1")
    body = f"""<p>Begin {see} <fig id="x"><caption><p>Float {see}.</p></caption></fig>where
    <disp-formula><tex-math>E = mc^2</tex-math></disp-formula> holds.</p>
    <p>Steps: <list><list-item><p>Fill {see}.</p></list-item><list-item><p>Wait.</p></list-item></list>
    Then {see}.</p>"""
    assert [p.text for p in passages(body)] == ["Begin Fig. 1 where $E = mc^2$ holds.", "Fill Fig. 1.", "Then Fig. 1."]


@pytest.mark.parametrize("block", ["disp-quote", "statement", "list><list-item", "def-list><def-item><def"])
def test_blocks_of_the_running_text_are_read(passages, block):
    closing = "></".join(reversed(block.split("><")))
    assert len(passages(f"<{block}><p>See {ref('f1', 'Fig. 1')}.</p></{closing}>")) == 1


BESIDE = {
    "<table-wrap><caption><p>{}</p></caption><table><tr><td>{}</td></tr></table></table-wrap>",
    "<fig id='x'><caption><p>{}</p></caption></fig>",
    "<sec><title>{}</title></sec>",
    "<p>Text<fn><p>{}</p></fn></p>",
    "<boxed-text><p>{}</p></boxed-text>",
    "<p>Text <boxed-text><p>{}</p></boxed-text></p>",
    "<supplementary-material><caption><p>{}</p></caption></supplementary-material>",
    "<media><caption><p>{}</p></caption></media>",
}


@pytest.mark.parametrize("place", sorted(BESIDE))
def test_what_is_no_running_text_cites_nothing(passages, place):
    assert passages(place.replace("{}", f"See {ref('f1', 'Fig. 1')}.")) == ()


def test_only_the_body_is_running_text(read_article):
    see = f"<p>See {ref('f1', 'Fig. 1')}.</p>"
    document = read_article(
        f"<front><article-meta><abstract>{see}</abstract></article-meta></front><body>{FIGURES}{see}</body>"
        f"<back><app-group><app>{see}</app></app-group><ref-list><ref><note>{see}</note></ref></ref-list></back>"
    )
    assert len(document.passages) == 1
    assert document.abstract == "See Fig. 1."
