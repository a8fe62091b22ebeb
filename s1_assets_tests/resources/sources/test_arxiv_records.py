import json
from datetime import date

import pytest

from resources.sources.arxiv.ids import canonical_id, item_of, month_of, yymm_of
from resources.sources.arxiv.records import plain_text, read_record, tells_withdrawal
from s1_assets_tests.resources.sources.arxiv_mirror import record


@pytest.mark.parametrize(
    ("text", "paper", "month"),
    [
        ("2401.00001", "2401.00001", "2024-01"),
        ("0704.0001", "0704.0001", "2007-04"),
        ("hep-th9901001", "hep-th/9901001", "1999-01"),
        ("hep-th/9108001", "hep-th/9108001", "1991-08"),
        ("math0303002", "math/0303002", "2003-03"),
        ("math.GT/0309136", "math/0309136", "2003-09"),
        ("math-ph0001001", "math-ph/0001001", "2000-01"),
    ],
)
def test_ids_of_every_style_name_their_month(text: str, paper: str, month: str) -> None:
    assert canonical_id(text) == paper
    assert month_of(paper) == month
    assert canonical_id(item_of(paper)) == paper
    assert yymm_of(month) in paper


@pytest.mark.parametrize(
    "text", ["", "2413.00001", "2401.123", "2401.00001v2", "../2401.00001", "README", "math/03002"]
)
def test_what_is_no_id_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no arXiv id"):
        canonical_id(text)


@pytest.mark.parametrize(
    ("tex", "plain"),
    [
        (r"Jes\'us G\'omez-Ram\'{\i}rez and {\O}rsted", "Jesús Gómez-Ramírez and Ørsted"),
        (r"P{\'e}ter Erd\H{o}s, \v{S}koda, stra\ss e, \c{c}, \AA", "Péter Erdős, Škoda, straße, ç, Å"),
        ("A title\n  over two   lines", "A title over two lines"),
        (r"the \emph{new} {BERT} gains 5% or 5\% at 3~TeV", "the new BERT gains 5% or 5% at 3 TeV"),
        (r"Proof of $\mathbb{Q}_{\'e} ~ x$ in \'etale", r"Proof of $\mathbb{Q}_{\'e} ~ x$ in étale"),
        (r"at \sqrt{s}=13 and \unknown{x} x_{1}", r"at \sqrt{s}=13 and \unknown{x} x_{1}"),
        ("``quoted'' it costs $5", "“quoted” it costs $5"),
    ],
)
def test_titles_become_plain_text_and_keep_their_maths(tex: str, plain: str) -> None:
    assert plain_text(tex) == plain


@pytest.mark.parametrize("text", ["{" * 20_000, "\\'" * 20_000, "$" * 20_001, "``" * 20_000, "\\emph{" * 20_000])
def test_text_that_only_looks_like_tex_goes_through(text: str) -> None:
    assert plain_text(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("This paper has been withdrawn by the authors due to an error in Lemma 3", True),
        ("this submission has been withdrawn by arXiv administrators", True),
        ("Withdrawn. The proof is wrong", True),
        ("The article was withdrawn", True),
        ("Forces between withdrawn electrodes", False),
        ("We study why drugs have been withdrawn from the market", False),
        ("12 pages; accepted, replaces 2401.00001", False),
    ],
)
def test_only_outright_words_mean_withdrawn(text: str, said: bool) -> None:
    assert tells_withdrawal(text) is said


def test_a_record_gives_the_columns_of_its_paper() -> None:
    versions = [
        {"version": "v10", "created": "Thu, 3 Jul 2025 08:00:00 GMT"},
        {"version": "v1", "created": "Sat, 1 Jul 2017 18:07:11 GMT"},
    ]
    authors = [["de Jes\\'us", "Mar\u00eda", ""], ["King", "M. L.", "Jr."], ["Collaboration", ""]]
    line = record("1707.00001", versions=versions, authors_parsed=authors, doi="10.1/x", title="A\n  \\ud83d")
    row = read_record(json.dumps(line).encode()).row("2017-07")
    assert row["paper_id"] == "arxiv:1707.00001"
    assert (row["version"], row["submitted"], row["updated"]) == (10, date(2017, 7, 1), date(2025, 7, 3))
    assert row["authors"] == ["María de Jesús", "M. L. King Jr.", "Collaboration"]
    assert (row["categories"], row["discipline"]) == (["cs.CV", "cs.LG"], "computer science")
    assert (row["doi"], row["rights"]) == ("10.1/x", "open")


def test_a_digest_changes_with_what_the_row_is_made_from_and_not_otherwise() -> None:
    def digest(**fields: object) -> str:
        return read_record(json.dumps(record("1707.00001", **fields)).encode()).digest

    assert digest() == digest(update_date="2030-01-01", submitter="B. Other")
    assert len({digest(), digest(title="Other"), digest(license=None), digest(comments="Withdrawn")}) == 4


@pytest.mark.parametrize(
    "line",
    [
        b'{"id": "1707.00001"}',
        b'{"id": "1707.00001", "versions": [',
        b"[]",
        b"[" * 100_000,
        json.dumps(record("1707.00001", versions=[])).encode(),
        json.dumps(record("1707.00001", title=["a"])).encode(),
        json.dumps(record("1707.00001", authors_parsed=[1])).encode(),
        json.dumps(record("1707.00001", versions=[{"version": "v1", "created": "yesterday"}])).encode(),
        json.dumps(record("nonsense")).encode(),
    ],
)
def test_a_line_that_is_no_record_is_an_error_that_says_why(line: bytes) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        read_record(line)


def test_a_title_with_half_a_character_can_be_stored() -> None:
    line = json.dumps(record("1707.00001")).replace("On 1707.00001", "A \\ud83d title").encode()
    assert read_record(line).row("2017-07")["title"] == "A ? title"
