"""The report page: self-contained, both captions side by side, and nothing in a paper's text becomes markup."""

import base64
import hashlib
import io
import re
from html.parser import HTMLParser

import pytest
from PIL import Image

from s1_assets.pages.table import ReportTable
from s1_assets.publishing.report import write_report
from s1_assets_tests.publishing.made_up_pairs import drawn_image, pair_row, paper_row, sample_of

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7*7 }} $\\Gamma < 1$'


class Page(HTMLParser):
    """Collects tags with their attributes, and the text."""

    def __init__(self, html: str):
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = self.style = ""
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, text):
        if self.tags and self.tags[-1][0] == "style" and not self.style:
            self.style = text
        self.text += text


@pytest.fixture
def page(tmp_path):
    """The page of some samples, parsed."""

    def write(samples, tables=()):
        path = tmp_path / "report.html"
        write_report("Figures of 2024-01", tables, samples, path)
        return Page(path.read_text(encoding="utf-8"))

    return write


def test_both_captions_the_label_the_paper_and_its_mentions_are_shown(page):
    shown = page([sample_of(paper_row(), pair_row("arxiv:2401.00001", 3, "b"))])
    for text in (
        "Figure 3 (b)",
        "On the paper arxiv:2401.00001",
        "The decay rate $\\Gamma$ over time",
        "Panel b.",
        "The rate falls over time, as the paper says.",
        "The rate falls, see [REF].",
        "Results",
        "open",
    ):
        assert text in shown.text
    assert ("a", {"href": "https://arxiv.org/abs/2401.00001"}) in shown.tags


def test_text_of_a_paper_never_becomes_markup(page):
    paper = paper_row(title=HOSTILE, license=HOSTILE, discipline=HOSTILE)
    pair = pair_row("arxiv:2401.00001", 1, caption=HOSTILE, subcaption=HOSTILE, label=HOSTILE, source_file=HOSTILE)
    shown = page([sample_of(paper, pair, HOSTILE)], [ReportTable(HOSTILE, [HOSTILE], [[HOSTILE]])])
    assert {tag for tag, _ in shown.tags}.isdisjoint({"script", "iframe", "object", "link"})
    assert not any(name.startswith("on") for _, attributes in shown.tags for name in attributes)
    assert shown.text.count(HOSTILE) >= 8


def test_the_page_loads_nothing_from_elsewhere_and_runs_no_script(page):
    shown = page([sample_of(paper_row(), pair_row("arxiv:2401.00001", 1))])
    sources = [attributes["src"] for _, attributes in shown.tags if "src" in attributes]
    assert len(sources) == 1
    assert sources[0].startswith("data:image/jpeg;base64,")
    policy = next(attributes["content"] for tag, attributes in shown.tags if "http-equiv" in attributes)
    assert "default-src 'none'" in policy


@pytest.mark.parametrize(
    ("kind", "mode"), [("PNG", "RGBA"), ("PNG", "L"), ("PNG", "P"), ("JPEG", "RGB"), ("JPEG", "CMYK")]
)
def test_a_thumbnail_is_a_small_jpeg_on_white(page, kind, mode):
    buffer = io.BytesIO()
    Image.new("RGBA", (1600, 900), (0, 0, 0, 0)).convert(mode).save(buffer, kind)
    sample = sample_of(paper_row(), pair_row("arxiv:2401.00001", 1))._replace(image=buffer.getvalue())
    [source] = [attributes["src"] for tag, attributes in page([sample]).tags if tag == "img"]
    thumbnail = Image.open(io.BytesIO(base64.b64decode(source.partition(",")[2])))
    assert (thumbnail.format, thumbnail.size) == ("JPEG", (480, 270))
    if mode == "RGBA":
        assert thumbnail.getpixel((5, 5)) == (255, 255, 255)


def test_a_pointer_only_pair_shows_no_image_and_says_why(page):
    shown = page([sample_of(paper_row(rights="pointer_only", license=None), pair_row("arxiv:2401.00001", 1))])
    assert not any(tag == "img" for tag, _ in shown.tags)
    assert "The image is not redistributed:no licence given" in shown.text


def test_the_summary_tables_come_first_with_readable_numbers(page):
    shown = page([], [ReportTable("Cells", ["cell", "pairs", "seconds"], [["arxiv 2024-01", 12345, 3.14159]])])
    assert re.search(r"arxiv 2024-01\s*12,345\s*3\.14", shown.text)
    assert "No figures." in shown.text


def test_a_preprint_links_to_its_doi_and_an_unknown_id_to_nothing(page):
    pairs = [("biorxiv:10.1101/2024.01.02.5", True), ("psyarxiv:abcde", False)]
    for paper_id, linked in pairs:
        shown = page([sample_of(paper_row(paper_id), pair_row(paper_id, 1, image=drawn_image("x")))])
        links = [attributes["href"] for tag, attributes in shown.tags if tag == "a"]
        assert links == (["https://doi.org/10.1101/2024.01.02.5"] if linked else [])


def test_a_character_that_turns_the_writing_round_is_shown_by_its_code_point(page):
    shown = page([sample_of(paper_row(title="annual \u202egnp.exe"), pair_row("arxiv:2401.00001", 1))])
    assert "annual ⟨U+202E⟩gnp.exe" in shown.text


def test_the_policy_allows_the_one_style_sheet_of_the_page_by_its_hash(page):
    shown = page([sample_of(paper_row(), pair_row("arxiv:2401.00001", 1))])
    digest = base64.b64encode(hashlib.sha256(shown.style.encode()).digest()).decode()
    policy = next(attributes["content"] for tag, attributes in shown.tags if "http-equiv" in attributes)
    assert f"style-src 'sha256-{digest}'" in policy
    assert not any("style" in attributes for _, attributes in shown.tags)
